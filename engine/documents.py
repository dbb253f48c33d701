"""The documents a run can be written as, by name: what rules may refer to, and the order in which they are written."""

from __future__ import annotations

DOCUMENTS = {
    "brief": "краткая справка",
    "district": "таблица района",
    "methodology": "критерии и показатели",
    "schools": "карточки школ",
    "signs": "признаки по ВПР",
    "quality_analysis": "анализ системы оценки качества и работы со школами",
    "vpr": "справка по работе ВПР",
    "objectivity_monitoring": "справка о мерах по объективности ВПР",
    "self_reports": "справка по отчётам о самообследовании",
    "quality_training": "справка о ВСОКО и курсах по оценке качества",
    "objectivity_roadmap": "дорожная карта по объективности ВПР",
    "roadmap": "дорожная карта района и школ",
    "lists_order": "проект приказа об утверждении списков школ",
    "roadmap_order": "проект приказа об утверждении дорожной карты",
    "cyclogram": "циклограмма групповых мероприятий",
    "mentoring_order": "проект приказа о парах «Школа – школе»",
    "mentoring_meeting": "установочная встреча: протокол и согласия",
    "mentoring_note": "информационная справка «Школа – школе»",
    "risk_profile": "рисковые профили «500+»",
    "assistance_plan": "план-график «500+»",
    "cycle_checklist": "чек-лист управленческого цикла",
    "site": "сайт для руководства",
}
"""Names and how progress calls them. Each is a module of reports/pages."""
