"""Pickles of earlier forms can be read.

What could go wrong: a function that they name is gone, or takes something else.
"""

import base64
import pickle

from hedgerow import Map

from test_pickle_shared import check_same


def test_pickles_of_before_can_be_read():
    pairs = {number: str(number) for number in range(100)}
    assert pickle.loads(_class_and_dict(pairs)) == pairs


#: Three versions, written when parts had their keys and values in turn.
OF_BEFORE = (
    b"fCQEG0RR9100018lqif6Xk}z)WpZzKE?;P6WM^e^Z+Dc81Yd1oaFmmjXaS4{UvOb^baRxGlxP8r2w!DxbaH8BbCi"
    b">mC`$lK081cE00c_`O94wEO+f@p0!su-B29z@O9M*@OCwFm1WN=<5K9G18A}FBBufWNF?5ttlxPPiO9)FqO9@L+O"
    b"A1S5OAAYROAJepOASk@OAbrKOAkxobd*w*Xa^`u5KRC9OA$>W0ZS51L;*_^O=$s36itu;OBGGI0ZSH5<N-?;O%Vc"
    b"17)?L|OBqdZ0!tcAqykGDP1yoV98C}dOC3!~14|xFgab<-O~C_nlv0$3lv0$1lv0#v184<k2PjJbO8`qCO#lQ-0Z"
    b"Rc(Ax%L9O9D#-OCn8#1WN-;2}>hQ$plLTOAt#1O8fu+|4Rl-BufWNF?5ttlxPcR4TqFcl!cU1lxPEJ1t@3-C`$lK"
    b"081cE00c_`O94wEO+f@p0!su-B29z@O9M*@OCwFm1WN=<5K9G18A}FBBy^NglxPcR2PjJrO#lH)5ltZhOA<{)0ZS"
    b"82X#q<VO^^YM0eF;7OBGGI0ZSH5<N-?;O%Vcglv0#v2PjJzO+W%m8BK8lOBzk20!tfB*#b)(O%MZ19Zg9COCC*x1"
    b"4|!G!2@)ZQj~O*Qj~?1Qj}#b")


def test_parts_of_before_can_be_read():
    base = Map({number: number * number for number in range(36)})
    maps = [base, base.set(5, -5), base.set("x", None).delete(7)]
    text = base64.b85decode(OF_BEFORE)
    assert b"_entries" in text and b"_keyed" not in text
    for load in (pickle.loads, pickle._loads):
        made = load(text)
        check_same(made, maps)
        assert [list(one)[:20] for one in made[:2]] == [list(one)[:20] for one in maps[:2]]


def _class_and_dict(pairs):
    """A pickle of a map as its class and a dict."""
    class Old:
        def __reduce__(self):
            return Map, (pairs,)

    return pickle.dumps(Old(), 2)
