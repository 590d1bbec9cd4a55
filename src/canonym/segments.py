"""Names in text whose words show no edges (Chinese, Japanese, Korean): whether one is a word, or runs across words.

The likeliest words of the surroundings are worked out from the frequencies of wordfreq: of 南海地震, a quake in the
South Sea, 海地 (Haiti) is no word, and 北京大学 is one word of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Final

from canonym.lexicon import look_up, simplified
from canonym.patterns import pattern

#: So many characters on either side are looked at: words beyond do not change what stands here.
_REACH: Final = 10
_LONGEST: Final = 8
#: A character that is no word (Zipf scale), and a name that no list of words has.
_UNKNOWN: Final = 0.5
_NAME: Final = 2.5
#: A word that is so common is one, and no chance of the list.
_HOLDS: Final = 2.0
#: The Zipf frequency of all words together: what remains are logarithms of probabilities.
_ALL: Final = 9.0
_HAN: Final = "\u2e80-\u2fdf\u3005-\u3007\u3400-\u9fff\uf900-\ufaff\U00020000-\U000323af"
_KANA: Final = "\u3041-\u30fa\u30fc-\u30ff"
_BEFORE: Final = {"zh": pattern(rf"[{_HAN}]*$"), "ja": pattern(rf"[{_HAN}{_KANA}]*$")}
_AFTER: Final = {"zh": pattern(rf"[{_HAN}]*"), "ja": pattern(rf"[{_HAN}{_KANA}]*")}
_HANGUL: Final = pattern("[\uac00-\ud7a3]{1,4}")
#: A Korean word of a name and a particle is no word of the list, or a rare one.
_COMMON: Final = 3.5
#: Characters that mostly stand in transcribed names: one beside a name, and part of no word, goes on with it (阿曼达,
#: Amanda, in which 阿曼 is Oman). Those of the names of countries that are seldom words of their own.
_TRANSCRIBES: Final = frozenset(
    "亚斯尼克尔利巴拉加阿兰纳罗布达塞坦维瓦摩圭萨索林鲁波勒丹库吉埃格威卢乌森伯迪隆哈麦黎桑曼洛丁塔奥泰莱韦茨兹顿厄莎娜蒂娅莉琳诺"
)
#: What follows a person's name.
_HONORIFIC: Final = pattern("さん|ちゃん|くん|さま|氏|君|様|選手|議員|投手|監督")


def is_segment(text: str, start: int, end: int, langs: Sequence[str]) -> bool:
    """True where a span is one of the likeliest words of its surroundings, in each of the languages it may be in.

    >>> is_segment("他住在马里的首都", 3, 5, ("zh",)), is_segment("马里奥是谁", 0, 2, ("zh",))
    (True, False)
    """
    if "ja" in langs and _HONORIFIC.match(text, end):
        return False
    for lang in langs:
        before = _BEFORE[lang].search(text[max(0, start - _REACH) : start])
        after = _AFTER[lang].match(text, end, end + _REACH)
        assert before is not None and after is not None
        if not _fits(before[0], text[start:end], after[0], lang, len(langs) > 1):
            return False
    return True


def is_other_word(text: str, start: int, end: int) -> bool:
    """True where what follows a name in Korean is no particle, since the whole is a word: 고양이, a cat, not in Goyang.

    >>> is_other_word("고양이가", 0, 2), is_other_word("서울이", 0, 2)
    (True, False)
    """
    zipf = look_up("ko")
    rest = _HANGUL.match(text, end)
    ends = range(end + 1, rest.end() + 1) if rest else ()
    return any(zipf(text[start:one]) >= _COMMON for one in ends)


@lru_cache(20_000)
def _fits(before: str, name: str, after: str, lang: str, doubtful: bool) -> bool:
    """Whether a name is a word between what stands before and after it."""
    zipf = look_up(lang)
    if lang == "zh":
        before, name, after = (part.translate(simplified()) for part in (before, name, after))
    run = before + name + after
    start, end = len(before), len(before) + len(name)
    if doubtful and lang == "ja":  # without kana it may be Chinese: only a word of Japanese that holds the name counts
        return not _is_held(run, start, end, zipf)
    ahead, behind = _best(run[::-1], zipf, backward=True)[::-1], _best(run, zipf)
    whole = behind[start] + max(zipf(name), _NAME) - _ALL + ahead[end]
    if whole < behind[-1] - 1e-6:
        return False
    return lang != "zh" or not (_goes_on(after, zipf, ahead[end:]) or _goes_on(before[::-1], zipf, behind[start::-1]))


def _is_held(run: str, start: int, end: int, zipf: Callable[[str], float]) -> bool:
    """True where a longer word of the list holds a span."""
    starts, ends = range(max(0, end - _LONGEST), start + 1), range(end, min(len(run), start + _LONGEST) + 1)
    return any(zipf(run[one:other]) >= _HOLDS for one in starts for other in ends if other - one > end - start)


def _best(run: str, zipf: Callable[[str], float], *, backward: bool = False) -> list[float]:
    """How likely the best words up to each place of a run are (log10); `backward`: of one that is turned round."""
    best = [0.0]
    for end in range(1, len(run) + 1):
        best.append(
            max(
                best[start] + _weight(run[start:end][::-1] if backward else run[start:end], zipf)
                for start in range(max(0, end - _LONGEST), end)
            )
        )
    return best


def _weight(word: str, zipf: Callable[[str], float]) -> float:
    known = zipf(word)
    return (known or (_UNKNOWN if len(word) == 1 else -9.0 * len(word))) - _ALL


def _goes_on(beside: str, zipf: Callable[[str], float], best: Sequence[float]) -> bool:
    """True where the character beside a name goes on with it: it transcribes, and is taken as a word of its own."""
    if not beside or beside[0] not in _TRANSCRIBES:
        return False
    return best[0] <= _weight(beside[0], zipf) + best[1] + 1e-6
