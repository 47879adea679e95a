module hamt

go 1.19
