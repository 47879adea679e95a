package hamt

/*
#include <hedgerow.h>
*/
import "C"

import "strings"

// nodes lists the nodes of a map's tree as immutables' __dump__ does: "BitmapNode", "ArrayNode" or
// "CollisionNode", each with its indentation.
func (h *Hamt) nodes() []string {
	var text [1 << 16]C.char
	var length C.size_t
	mutex.Lock()
	defer mutex.Unlock()
	must(C.hedgerow_version_dump(store, h.version, &text[0], C.size_t(len(text)), &length))
	var nodes []string
	for _, line := range strings.Split(C.GoStringN(&text[0], C.int(length)), "\n") {
		if kind, _, found := strings.Cut(line, "("); found && strings.HasSuffix(kind, "Node") {
			nodes = append(nodes, kind)
		}
	}
	return nodes
}

// shared counts the nodes that two maps share, and those that only the second map has.
func (h *Hamt) shared(other *Hamt) (both, fresh int) {
	var sharing C.hedgerow_sharing
	mutex.Lock()
	defer mutex.Unlock()
	must(C.hedgerow_version_shared(store, h.version, other.version, &sharing,
		C.sizeof_hedgerow_sharing))
	return int(sharing.nodes_shared), int(sharing.nodes_only_b)
}

// liveEntries is the number of entries of the store, after cleaning up.
func liveEntries() int {
	mutex.Lock()
	defer mutex.Unlock()
	cleanUp()
	var stats C.hedgerow_stats
	must(C.hedgerow_store_stats(store, &stats, C.sizeof_hedgerow_stats))
	must(C.hedgerow_store_check(store))
	return int(stats.live_entries)
}
