"""Chooses the encoding for names in an archive, or for bytes that were labelled as Western, by how common the letters
are.

Pure. Everything else is judged by ``choosing``, with rules. Names, unlike texts, are often in DOS code pages: of 52
names in 17 encodings letters found 52 and rules 42, while of 68 mail headers letters found 60 and rules 65.
"""

from __future__ import annotations

import codecs
import unicodedata
from collections.abc import Iterable

_TELLING_BYTES_MAX = 400
_TELLING_BYTES_MIN = 8
_EAST_ASIAN = ("cp932", "gb18030", "cp950", "cp949", "euc_jp")
_WINDOWS = ("cp1252", "cp1250", "cp1251", "cp1253", "cp1255", "cp1256", "cp874")
_DOS = ("cp850", "cp852", "cp866", "cp437", "cp737", "cp862", "cp857")
_OTHER_ALPHABETS = ("cp1251", "koi8_r", "cp1253")
_CANDIDATES = (*_EAST_ASIAN, *_WINDOWS, "koi8_r", *_DOS)
_CANDIDATES_OF_ARCHIVES = (*_EAST_ASIAN, *_DOS, *_WINDOWS, "koi8_r", "mac_roman")
"""Of equals the earlier one. Windows packs names in its console's code page."""


def better_than_western(data: bytes) -> str | None:
    """The encoding of text that is labelled as Western but makes no words so, and good ones in another encoding."""
    start = next((at for at, byte in enumerate(data) if byte > 0x7F), len(data))
    sample = data[start : start + _TELLING_BYTES_MAX]
    if sum(byte > 0x7F for byte in sample) < _TELLING_BYTES_MIN:
        return None
    western = _plausibility(sample.decode("cp1252", "replace"))
    best = most_plausible(sample, _CANDIDATES, cut=len(data) > start + _TELLING_BYTES_MAX)
    better = _plausibility(sample.decode(best, "ignore"))
    asian = best in _EAST_ASIAN and western < 0 and better > 0.7
    return best if asian or (best in _OTHER_ALPHABETS and western < 0.5 and better > 0.85) else None


def names(raw: Iterable[bytes]) -> list[str]:
    """The names in an archive that does not declare their encoding. All that are not UTF-8 are taken to share one."""
    raw = list(raw)
    telling, used_bytes = [], 0
    for name in raw:
        if used_bytes < _TELLING_BYTES_MAX and _fits(name, "utf-8") is None:
            telling.append(name)
            used_bytes += len(name)
    codec = most_plausible(b"/".join(telling), _CANDIDATES_OF_ARCHIVES) if telling else "utf-8"
    return [_fits(name, "utf-8") or name.decode(codec, "replace") for name in raw]


def most_plausible(data: bytes, candidates: Iterable[str], *, cut: bool = False) -> str:
    best, best_score = "cp1252", float("-inf")
    for codec in candidates:
        text = _fits(data, codec, cut=cut)
        score = _plausibility(text) if text is not None else float("-inf")
        if score > best_score + 0.02:
            best, best_score = codec, score
    return best


def _fits(data: bytes, codec: str, *, cut: bool = False) -> str | None:
    try:
        return codecs.getincrementaldecoder(codec)().decode(data, final=not cut)
    except UnicodeDecodeError:
        return None


_HANZI = frozenset(
    "的一是不了人我在有他这为之大来以个中上们到说国和地也子时道出而要于就下得可你年生自会那后能对着事其里所去行过家十用发天如"
    "然作方成者多日都三小军二无同么经法当起与好看学进种将还分此心前面又定见只主没公从文件数据报告议记录计划合项目管理图片资料表格"
    "信息系统设案明产品价客户订单细统析总结通知申请附预算财务技术开测试需求培训考勤工资员部门新旧版本最终副本简历照片音乐视频电影书"
    "第章节月号市场销售采购库存名称编码地址联系电话邮箱备注状态类型金额量规格说使用手册指南教程练习题答案课程学校"
    "這為來個們說國時會後對裡過發無經當與學進種將還見沒從檔數據報議記錄計劃項圖資訊統設產價戶訂單細總結請預財務術開測試訓員門舊"
    "終簡歷樂視電影書節號場銷購庫稱編碼聯繫話郵備註狀態類額規冊導練習題課程校薪台北京東西南高林王李張陈陳刘劉黄黃周"
    "山田川村松井藤本木島崎石原写真履歴請求見積納品契約領収証明発注議録新規追加変更承認済画像検査結果営業部課社様御株式会"
    "試験問回答年度月日時間表版案書類資料管理設計仕様一覧確認連絡業務作成者名前住所番号"
)
_HANGUL = frozenset(
    "이다는을의에가고하지로한은기를도서사자어리인그나시아대해수일있정보라들과여부전주스으상제구만장게적동원유비문성면조경요회공계세내"
    "오없트국업신마소생안중연관우위모무것방용학체화물개역진드레산분실선양통품합행현호환금교결견거날남노단달당더데두등때려록론료류르름"
    "말매명목미바반발번법변병복본불새색설식심약언영예올완외운월음입잡재저점접족종좌증직집차참창책처천첨청초최추출치카코크타태터토특파판"
    "편평포표프피필항허형견적자료사진파일계약목록보고서일람김최박윤임한오권황안송홍배백허심하곽차철훈"
)
_LATIN = frozenset("äöüßéèàçñóíáúêâôîûëïæøåãõąęłńśźżćčšžřěůýďťňőűăşţğıœÄÖÜÉÅØÇÑÁÍÓÚŠŽČÀÈŁŚŻŹĆŞĞİ")
_FREQUENT = frozenset("оеаинтсрвлкαοιετσνηυρкיוהלאתרבשמاليونمرتب")
"""The letters that make up most of a text in Cyrillic, Greek, Hebrew or Arabic."""
_SIGNS = frozenset("–—’“”„«»€°§№ªº´·…")


def _plausibility(text: str) -> float:
    """The mean over what is not ASCII: 1 for common letters of a language, below 0 for what no word has."""
    scores, before = [], " "
    for char in text:
        if char > "\x7f":
            scores.append(_of_east_asia(char, before) or _of_an_alphabet(char, before))
        elif char.isalpha() and before.isalpha() and ("\u0250" < before < "\u2e80" or _is_within(char, before)):
            scores.append(-0.5)  # scripts are not mixed within a word
        before = char
    return sum(scores) / len(scores) if scores else 0.0


def _is_within(char: str, before: str) -> bool:
    """A small Latin letter after an East Asian character: capitals and digits may follow one, small letters don't."""
    return char.islower() and "\u4e00" <= before <= "\ud7a3"


def _of_east_asia(char: str, before: str) -> float:
    """0 for anything that is not East Asian."""
    if "\u3040" <= char <= "\u30ff" or char in _HANZI or char in _HANGUL:
        return 1.0
    if "\u4e00" <= char <= "\u9fff" or "\uac00" <= char <= "\ud7a3":
        return 0.55
    if "\u3000" <= char <= "\u303f" or "\uff00" <= char <= "\uff60":
        return 0.8 if before > "\u2e80" else 0.1
    return -1.0 if "\uff61" <= char <= "\uffdf" else 0.0


def _of_an_alphabet(char: str, before: str) -> float:
    category = unicodedata.category(char)
    if not category.startswith(("L", "M")):
        return -2.0 if category.startswith("C") else -0.1 if char in _SIGNS else -1.0
    if category == "Lu" and before.isalpha():  # capitals come first in a word, or among other capitals
        return -0.5 if before.islower() else 0.4
    if char < "\u0250":
        return 0.2 if char not in _LATIN else 0.9 if before < "\x80" else 0.4
    if ("A" <= before <= "\u024f" and before.isalpha()) or (category == "Mn" and not before.isalpha()):
        return -0.5
    return 0.95 if char.lower() in _FREQUENT else 0.75
