"""Names of days and months in the language that a date format asks for.

Pure. A format names a language by its Windows number (``[$-407]`` is German). Without one the name is in English, since
what people see then depends on their machine. Short names that are not just first letters are Excel's.
"""

from __future__ import annotations

from datetime import datetime

MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_CHINESE, _GERMAN, _SPANISH, _FRENCH, _ITALIAN, _JAPANESE, _KOREAN = 0x04, 0x07, 0x0A, 0x0C, 0x10, 0x11, 0x12
_DUTCH, _POLISH, _PORTUGUESE, _RUSSIAN = 0x13, 0x15, 0x16, 0x19
_MONTHS = {
    _CHINESE: "一月 二月 三月 四月 五月 六月 七月 八月 九月 十月 十一月 十二月",
    _GERMAN: "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    _SPANISH: "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    _FRENCH: "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    _ITALIAN: "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
    _KOREAN: "1월 2월 3월 4월 5월 6월 7월 8월 9월 10월 11월 12월",
    _DUTCH: "januari februari maart april mei juni juli augustus september oktober november december",
    _POLISH: "styczeń luty marzec kwiecień maj czerwiec lipiec sierpień wrzesień październik listopad grudzień",
    _PORTUGUESE: "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
    _RUSSIAN: "Январь Февраль Март Апрель Май Июнь Июль Август Сентябрь Октябрь Ноябрь Декабрь",
}
_DAYS = {
    _CHINESE: "星期一 星期二 星期三 星期四 星期五 星期六 星期日",
    _GERMAN: "Montag Dienstag Mittwoch Donnerstag Freitag Samstag Sonntag",
    _SPANISH: "lunes martes miércoles jueves viernes sábado domingo",
    _FRENCH: "lundi mardi mercredi jeudi vendredi samedi dimanche",
    _ITALIAN: "lunedì martedì mercoledì giovedì venerdì sabato domenica",
    _JAPANESE: "月曜日 火曜日 水曜日 木曜日 金曜日 土曜日 日曜日",
    _KOREAN: "월요일 화요일 수요일 목요일 금요일 토요일 일요일",
    _DUTCH: "maandag dinsdag woensdag donderdag vrijdag zaterdag zondag",
    _POLISH: "poniedziałek wtorek środa czwartek piątek sobota niedziela",
    _PORTUGUESE: "segunda-feira terça-feira quarta-feira quinta-feira sexta-feira sábado domingo",
    _RUSSIAN: "понедельник вторник среда четверг пятница суббота воскресенье",
}
_SHORT_MONTHS = {
    _GERMAN: "Jan Feb Mrz Apr Mai Jun Jul Aug Sep Okt Nov Dez",
    _FRENCH: "janv févr mars avr mai juin juil août sept oct nov déc",
    _DUTCH: "jan feb mrt apr mei jun jul aug sep okt nov dec",
    _CHINESE: "1月 2月 3月 4月 5月 6月 7月 8月 9月 10月 11月 12月",
    _KOREAN: "1 2 3 4 5 6 7 8 9 10 11 12",
}
_SHORT_DAYS = {
    _GERMAN: "Mo Di Mi Do Fr Sa So",
    _CHINESE: "周一 周二 周三 周四 周五 周六 周日",
    _KOREAN: "월 화 수 목 금 토 일",
    _DUTCH: "ma di wo do vr za zo",
    _RUSSIAN: "Пн Вт Ср Чт Пт Сб Вс",
}


def name(when: datetime, token: str) -> str:
    """``token`` is "mmm", "dddd" or "aaa" and the like, maybe with a language after a colon: three letters mean the
    short name, five one letter."""
    letters, _, language = token.partition(":")
    named = {"m": _month, "d": _day, "a": _east_asian_day}[letters[0]]
    return named(when, len(letters), int(language or 0))


def _month(when: datetime, width: int, language: int) -> str:
    if width == 3 and language in _SHORT_MONTHS:
        return _SHORT_MONTHS[language].split()[when.month - 1]
    full = _MONTHS[language].split()[when.month - 1] if language in _MONTHS else MONTHS[when.month - 1]
    return full[:3] if width == 3 else full[:1] if width == 5 else full


def _day(when: datetime, width: int, language: int) -> str:
    if width == 3 and language in _SHORT_DAYS:
        return _SHORT_DAYS[language].split()[when.weekday()]
    own = language in _DAYS and language != _JAPANESE  # dddd is English there, too, and aaaa is not
    full = _DAYS[language].split()[when.weekday()] if own else DAYS[when.weekday()]
    return full[:3] if width == 3 else full


def _east_asian_day(when: datetime, width: int, language: int) -> str:
    """Only programs in East Asia write ``aaa`` and ``aaaa``."""
    if language not in {_CHINESE, _JAPANESE, _KOREAN}:
        return _day(when, width, 0)
    full = _DAYS[language].split()[when.weekday()]
    return full if width > 3 else full[-1] if language == _CHINESE else full[0]
