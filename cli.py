"""Commands of school-risk. Thin: every command reads its keys, calls one stage and shows what came back.

Heavy modules are imported inside commands: help and errors of the command line answer at once.
"""

from __future__ import annotations

import sys
from datetime import date, datetime
from pathlib import Path

import click

from console.click_words import speak_russian
from engine import __version__
from reports import FORMATS, REPORTS

HOME = Path(__file__).parent
SETTINGS = {"help_option_names": ["-h", "--help"], "max_content_width": 100}
DONE, PROBLEMS, INTERNAL = 0, 1, 3


class RussianDate(click.ParamType):
    """A date as 2026-09-03 or 03.09.2026."""

    name = "дата"

    def convert(self, value, param, ctx):
        if isinstance(value, date):
            return value
        for pattern in ("%Y-%m-%d", "%d.%m.%Y"):
            try:
                return datetime.strptime(value, pattern).date()
            except ValueError:
                continue
        return self.fail(f"«{value}» — не дата; пишите 2026-09-03.", param, ctx)


def _rules_option(command):
    return click.option("--rules", "rules_folder", metavar="ПАПКА", type=click.Path(path_type=Path), default=Path("rules"), show_default=True,
                        help="Папка с правилами.")(command)


def _day_option(command):
    return click.option("--date", "day", metavar="ДАТА", type=RussianDate(), default=None, help="На какую дату считать (по умолчанию — сегодня).")(command)


def _out_option(command):
    return click.option("--out", metavar="ПАПКА", type=click.Path(file_okay=False, path_type=Path), default=Path("out"), show_default=True,
                        help="Папка расчёта и отчётов.")(command)


def _formats_option(command):
    return click.option("--format", "formats", metavar="ВИД", multiple=True, type=click.Choice([*FORMATS]),
                        help=f"Только эти виды файлов (можно повторить; по умолчанию все): {', '.join(FORMATS)}.")(command)


def _templates_option(command):
    return click.option("--templates", metavar="ПАПКА", type=click.Path(path_type=Path), default=None,
                        help="Папка с шаблонами Word, которые правил район (по умолчанию — templates рядом с rules, если она есть).")(command)


def _hide_option(command):
    return click.option("--hide-names", is_flag=True, help="Для показа посторонним: вместо номеров и названий школ — условные.")(command)


@click.group(context_settings=SETTINGS, options_metavar="[КЛЮЧИ]", subcommand_metavar="КОМАНДА [АРГУМЕНТЫ]…")
@click.version_option(__version__, prog_name="school-risk", message="%(prog)s, версия %(version)s", help="Показать версию и выйти.")
def main() -> None:
    """Классификация рисков школ района: правила в YAML, данные в Excel и CSV, отчёты для помощи школам.

    \b
    С чего начать:
      school-risk init мой_район       своя копия правил и учебных данных
      school-risk run --data данные    расчёт и отчёты
      school-risk explain 9003         почему школа отнесена к категории
    """


@main.command(context_settings=SETTINGS, options_metavar="[КЛЮЧИ]")
@_rules_option
@_day_option
@click.option("--advice/--no-advice", default=False, help="Показать и советы, не только ошибки.")
def check(rules_folder: Path, day: date | None, advice: bool) -> None:
    """Проверить правила: все ошибки сразу, с местом, словом и подсказкой.

    Пример: school-risk check --rules rules
    """
    from console.checked import show_check
    sys.exit(PROBLEMS if show_check(rules_folder, day or date.today(), advice) else DONE)


@main.command(context_settings=SETTINGS, options_metavar="[КЛЮЧИ]")
@_rules_option
@click.option("--data", "data_folder", metavar="ПАПКА", type=click.Path(path_type=Path), default=Path("data"), show_default=True,
              help="Папка с файлами района: XLSX, CSV, Parquet.")
@_out_option
@_day_option
@click.option("--year", metavar="ГОД", type=click.IntRange(1990, 2200), default=None, help="Отчётный год, если не последний завершённый.")
@click.option("--allow-problems", is_flag=True, help="Считать без строк с ошибками; каждый отчёт об этом скажет.")
@click.option("--encoding", metavar="ИМЯ", default=None, help="Кодировка CSV, если не UTF-8 и не cp1251.")
@click.option("--no-reports", is_flag=True, help="Только расчёт, без отчётов.")
@_formats_option
@_templates_option
def run(rules_folder: Path, data_folder: Path, out: Path, day: date | None, year: int | None, allow_problems: bool, encoding: str | None,
        no_reports: bool, formats: tuple[str, ...], templates: Path | None) -> None:
    """Прочитать данные, применить правила, записать расчёт и отчёты.

    Пример: school-risk run --data sample_data --date 2026-09-03
    """
    from console.reporting import Order
    from console.running import run_and_show
    order = None if no_reports else Order(formats or tuple(FORMATS), templates or _beside(rules_folder))
    sys.exit(DONE if run_and_show(rules_folder, data_folder, out, day or date.today(), year, allow_problems, encoding, order) else PROBLEMS)


def _beside(rules_folder: Path) -> Path | None:
    """Return the district's own templates, where there are any."""
    folder = rules_folder.resolve().parent / "templates"
    return folder if folder.is_dir() else None


@main.command(context_settings=SETTINGS, options_metavar="[КЛЮЧИ]")
@click.argument("what", metavar="ШКОЛА|КОД|методы")
@_out_option
@click.option("--all", "everything", is_flag=True, help="И то, что не выполнено.")
def explain(what: str, out: Path, everything: bool) -> None:
    """Объяснить вывод по школе до ячейки — или что значит код проблемы.

    \b
    Примеры:
      school-risk explain 9003
      school-risk explain R203
      school-risk explain методы
    """
    from console.explaining import explain_and_show
    sys.exit(DONE if explain_and_show(what, out, everything) else PROBLEMS)


@main.command(context_settings=SETTINGS, options_metavar="[КЛЮЧИ]")
@_out_option
@click.option("--school", "schools", metavar="КОД", multiple=True, help="Только эти школы (можно повторить).")
@click.option("--what", metavar="ОТЧЁТ", multiple=True, help=f"Только эти отчёты: {', '.join(REPORTS)}.")
@_formats_option
@_templates_option
@_hide_option
@click.option("--processes", metavar="ЧИСЛО", type=click.IntRange(1, 64), default=None, help="Сколько процессов пишут отчёты (по умолчанию — по числу ядер).")
def report(out: Path, schools: tuple[str, ...], what: tuple[str, ...], formats: tuple[str, ...], templates: Path | None, hide_names: bool,
           processes: int | None) -> None:
    """Записать отчёты готового расчёта заново.

    \b
    Примеры:
      school-risk report --school 9003 --format docx
      school-risk report --what vpr --what self_reports --format pdf
      school-risk report --hide-names
    """
    from console.reporting import Order, report_and_show
    order = Order(formats or tuple(FORMATS), templates or _beside(Path("rules")), hide_names, processes)
    sys.exit(DONE if report_and_show(out, schools, what, order) else PROBLEMS)


@main.command(context_settings=SETTINGS, options_metavar="[КЛЮЧИ]")
@click.argument("folder", metavar="ПАПКА", type=click.Path(path_type=Path))
@click.option("--anew", is_flag=True, help="Заменить шаблоны, которые там уже есть.")
def templates(folder: Path, anew: bool) -> None:
    """Выписать шаблоны Word, чтобы править их: фразы, столбцы, подписи.

    Пример: school-risk templates templates
    """
    from console.reporting import write_templates
    sys.exit(DONE if write_templates(folder, anew) else PROBLEMS)


@main.command(context_settings=SETTINGS, options_metavar="[КЛЮЧИ]")
@_out_option
@click.option("--school", "schools", metavar="КОД", multiple=True, help="Только эти школы (можно повторить).")
@click.option("--role", metavar="РОЛЬ", default=None, help="Только дела одной роли: имя из правил, сокращение или название.")
@click.option("--ics", metavar="ФАЙЛ", type=click.Path(path_type=Path), default=None, help="Записать календарь ICS.")
def roadmap(out: Path, schools: tuple[str, ...], role: str | None, ics: Path | None) -> None:
    """Дорожная карта готового расчёта: месяцы, нагрузка, противоречия, календарь.

    \b
    Примеры:
      school-risk roadmap
      school-risk roadmap --school 9007 --ics школа_9007.ics
      school-risk roadmap --role РК --ics координатор.ics
    """
    from console.planning import roadmap_and_show
    sys.exit(DONE if roadmap_and_show(out, schools, role, ics) else PROBLEMS)


@main.command(context_settings=SETTINGS, options_metavar="[КЛЮЧИ]")
@_out_option
@click.option("--rules", "rules_folder", metavar="ПАПКА", type=click.Path(path_type=Path), default=None,
              help="Взять раздел «наставничество» отсюда (по умолчанию — папка rules, а если её нет — правила расчёта).")
@click.option("--refuse", metavar="КОД", default=None, help="Школа отказалась: заменить её с наименьшими перестановками и записать отказ.")
@click.option("--mentee", metavar="КОД", default=None, help="Вместе с --refuse: наставник отказался только от этой школы.")
@click.option("--forget", is_flag=True, help="Забыть отказы, записанные ключом --refuse.")
@click.option("--anew", is_flag=True, help="Подобрать заново, не держась прежних пар.")
@click.option("--no-reports", is_flag=True, help="Не записывать документы пар заново.")
def pairs(out: Path, rules_folder: Path | None, refuse: str | None, mentee: str | None, forget: bool, anew: bool, no_reports: bool) -> None:
    """Подобрать пары «Школа – школе» по готовому расчёту: кто кому помогает и почему, что изменилось.

    \b
    Примеры:
      school-risk pairs
      school-risk pairs --refuse 9006
      school-risk pairs --refuse 9006 --mentee 9018
    """
    from console.pairs import pairs_and_show
    if mentee is not None and refuse is None:
        raise click.UsageError("Ключ --mentee ставят вместе с --refuse: кто отказался от этой школы.")
    sys.exit(DONE if pairs_and_show(out, rules_folder, refuse, mentee, forget, anew, not no_reports) else PROBLEMS)


@main.command(context_settings=SETTINGS, options_metavar="[КЛЮЧИ]")
@click.argument("schools", metavar="[ШКОЛА]…", nargs=-1)
@_out_option
@click.option("--forms", metavar="ПАПКА", type=click.Path(path_type=Path), default=None, help="Записать формы самодиагностики, по книге на школу.")
@click.option("--all", "everyone", is_flag=True, help="Формы для всех школ, не только тех, кому составляется профиль.")
def profile(schools: tuple[str, ...], out: Path, forms: Path | None, everyone: bool) -> None:
    """Рисковый профиль школ («500+») по готовому расчёту: факторы, не больше трёх в работу, почему и что спросить.

    \b
    Примеры:
      school-risk profile                  все школы, кому он составляется
      school-risk profile 9007             двенадцать факторов одной школы
      school-risk profile --forms формы    выписать школам формы самодиагностики
    """
    from console.profile import profile_and_show
    sys.exit(DONE if profile_and_show(schools, out, forms, everyone) else PROBLEMS)


@main.command(context_settings=SETTINGS, options_metavar="[КЛЮЧИ]")
@_rules_option
@click.option("--data", "data_folder", metavar="ПАПКА", type=click.Path(path_type=Path), required=True, help="Папка с выгрузками всего региона.")
@click.option("--region", metavar="НАЗВАНИЕ", required=True, help="Как назвать регион в нормах.")
@click.option("--out", "target", metavar="ФАЙЛ", type=click.Path(path_type=Path), default=Path("Нормы региона.csv"), show_default=True, help="Куда записать.")
@_day_option
@click.option("--year", metavar="ГОД", type=click.IntRange(1990, 2200), default=None, help="Отчётный год, если не последний завершённый.")
@click.option("--allow-problems", is_flag=True, help="Считать без строк с ошибками.")
@click.option("--encoding", metavar="ИМЯ", default=None, help="Кодировка CSV, если не UTF-8 и не cp1251.")
@click.option("--indicator", metavar="ИМЯ", default=None, help="Показатель метода «признаки_впр», если их несколько.")
def norms(rules_folder: Path, data_folder: Path, region: str, target: Path, day: date | None, year: int | None, allow_problems: bool, encoding: str | None,
          indicator: str | None) -> None:
    """Посчитать нормы признаков ВПР по всему региону: с ними сравнивают себя районы.

    Пример: school-risk norms --data выгрузки_региона --region "г. Энск" --out "Нормы региона.csv"
    """
    from console.norms import norms_and_show
    sys.exit(DONE if norms_and_show(rules_folder, data_folder, target, region, day or date.today(), year, allow_problems, encoding, indicator) else PROBLEMS)


@main.command(context_settings=SETTINGS, options_metavar="[КЛЮЧИ]")
@click.argument("folder", metavar="ПАПКА", type=click.Path(path_type=Path))
def init(folder: Path) -> None:
    """Создать папку района: своя копия правил и учебные данные.

    Пример: school-risk init мой_район
    """
    from console.starting import start_district
    sys.exit(DONE if start_district(HOME, folder) else PROBLEMS)


@main.command(context_settings=SETTINGS, options_metavar="[КЛЮЧИ]")
@click.option("--out", "target", metavar="ФАЙЛ", type=click.Path(path_type=Path), default=Path("rules/schema.json"), show_default=True, help="Куда записать.")
def schema(target: Path) -> None:
    """Записать JSON Schema правил для подсказок в редакторе.

    Пример: school-risk schema --out rules/schema.json
    """
    from engine.schema import write_schema
    try:
        write_schema(target)
    except OSError as error:
        raise click.FileError(str(target), error.strerror or str(error)) from None
    click.echo(f"Записано: {target}")


def start() -> None:
    """Run the command line: Russian words, our exit codes, no traceback for a user."""
    speak_russian()
    try:
        main(standalone_mode=True)
    except (SystemExit, KeyboardInterrupt):
        raise
    except Exception as error:
        from console.failing import show_internal_error
        show_internal_error(error)
        sys.exit(INTERNAL)


if __name__ == "__main__":
    start()
