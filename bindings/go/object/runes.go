package object

import (
	"strings"
	"unicode/utf8"
)

// Go's UTF-8 has no surrogates; the library's, with surrogatepass, has three bytes for each.
const (
	firstSurrogate, lastSurrogate = 0xd800, 0xdfff
	surrogateBytes                = 3
)

// utf8Of is the UTF-8 of code points, surrogates as if they were characters.
func utf8Of(points []rune) string {
	var text strings.Builder
	for _, point := range points {
		if point >= firstSurrogate && point <= lastSurrogate {
			text.WriteByte(0xe0 | byte(point>>12))
			text.WriteByte(0x80 | byte(point>>6)&0x3f)
			text.WriteByte(0x80 | byte(point)&0x3f)
		} else {
			text.WriteRune(point)
		}
	}
	return text.String()
}

// runesOf are the code points of what utf8Of makes.
func runesOf(text string) []rune {
	points := make([]rune, 0, len(text))
	for len(text) > 0 {
		point, size := utf8.DecodeRuneInString(text)
		if point == utf8.RuneError && size == 1 {
			point = rune(text[0]&0x0f)<<12 | rune(text[1]&0x3f)<<6 | rune(text[2]&0x3f)
			size = surrogateBytes
		}
		points = append(points, point)
		text = text[size:]
	}
	return points
}
