"""The pages that mail leads to: participants answer on them, staff acknowledge, and anybody may read a resource."""

from service.pages.answer_pages import create_answer_pages
from service.pages.resource_pages import create_resource_pages

__all__ = ["create_answer_pages", "create_resource_pages"]
