"""Words that no report may say. A sign is a reason to check, results of ВПР judge neither schools nor teachers, and nobody is ranked."""

from __future__ import annotations

import re
from html import unescape

# (what is found, what to write instead). «не …» before a word of the first two is allowed: «это не рейтинг».
_FORBIDDEN: tuple[tuple[str, str], ...] = (
    (r"(?<!не\s)(?<!не является\s)(?<!без\s)\b(анти)?рейтинг\w*", "таблица по номерам школ"),
    (r"(?<!не\s)\bдоказан\w*\s+необъективн\w*|необъективност\w*\s+(?!не\s)(?:\w+\s+)?(?:доказан|установлен|подтвержден|подтверждён)\w*", "выявлены признаки, которые требуют проверки"),
    (r"(?<!признаки\s)(?<!признаков\s)(?<!признаками\s)\bнеобъективн(?:ая|ой|ую|ые|ых|ыми)\s+(?:школ|образовательн)\w*", "школа, результаты которой требуют перепроверки"),
    (r"\bучител\w*\s+(?:\w+\s+){0,2}необъектив\w*", "порядок проверки работ"),
    (r"\bфальсиф\w*|\bподтасов\w*|\bнакрут\w*|\bприписк\w*|\bобман\w*|\bмахинац\w*", "результаты требуют перепроверки"),
    (r"\bзавы(?:сил|шен|шал|шаю|сит)\w*|\bзавышени\w*", "выше ожидаемого"),
    (r"\bсписыва\w*|\bсписал\w*", "работы похожи больше обычного"),
    (r"\bнарушител\w*|\bвиновн\w*|\bвиноват\w*|\bнедобросовестн\w*|\bнечестн\w*", "школа, которой нужна помощь с порядком проведения"),
    (r"\b(?:худш|лучш)\w+\s+(?:школ|учител|результат\w*\s+среди\s+школ)\w*|\bотстающ\w+\s+школ\w*|\b(?:слаб|плох)\w+\s+школ\w*", "школы, которым нужна помощь"),
    (r"\bнаказа\w*|\bнаказыва\w*|\bвзыскани\w*|\bпредостережени\w*|\bуволи\w*|\bувольнени\w*", "меры помощи"),
)
_PATTERNS = tuple((re.compile(pattern, re.IGNORECASE), instead) for pattern, instead in _FORBIDDEN)
_INLINE = re.compile(r"</?(?:a|abbr|b|em|i|small|span|strong|sub|sup|time)\b[^>]*>")
_TAGS = re.compile(r"<style.*?</style>|<script.*?</script>|<[^>]+>", re.DOTALL)
_SPACES = re.compile(r"[\s\u00a0\u202f]+")


class CarelessPhraseError(Exception):
    """A report would say what no report may say; the text names the words, where they stand and what to write instead."""


def text_of_html(markup: str) -> str:
    """Return the words of a page; words of two cells or paragraphs are kept apart, they are no phrase."""
    return unescape(_TAGS.sub(" ¦ ", _INLINE.sub("", markup)))


def careless(text: str) -> tuple[str, str, str] | None:
    """Find the first forbidden phrase in a text -> (phrase, what stands around it, what to write instead), or None."""
    plain = _SPACES.sub(" ", text)
    for pattern, instead in _PATTERNS:
        found = pattern.search(plain)
        if found:
            around = plain[max(0, found.start() - 60):found.end() + 60].strip()
            return found.group(), around, instead
    return None


def refuse_careless(text: str, where: str) -> None:
    """Stop a report that says what it may not. Errors: CarelessPhraseError."""
    found = careless(text)
    if found:
        phrase, around, instead = found
        raise CarelessPhraseError(f"Отчёт «{where}» не записан: «{phrase}» в нём сказать нельзя («… {around} …»). Напишите иначе, например «{instead}»: "
                                  "слова берутся из названий и фраз в правилах. Результаты ВПР не служат для оценки школ и учителей.")
