"""Admin: what everybody spends, waits for and keeps; for admins alone."""

from components.ui.admin import admin_page

admin_page.render_admin()
