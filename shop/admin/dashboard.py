"""The first page: what needs a hand."""

from typing import Any

from flask_admin import BaseView, expose

from shop.admin import gate


class Dashboard(BaseView):  # type: ignore[misc]  # without types
    @expose("/")
    def index(self) -> Any:
        return self.render("admin/dashboard.html")

    def is_accessible(self) -> bool:
        return gate.is_permitted("admin.index")
