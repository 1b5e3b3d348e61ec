"""運営画面の一覧: every page of the registers and the programme."""

from litestar.handlers import HTTPRouteHandler

from deploy.registers.board_pages import ROUTES as BOARD
from deploy.registers.campaign_pages import ROUTES as CAMPAIGNS
from deploy.registers.correction_pages import ROUTES as CORRECTIONS
from deploy.registers.coupon_pages import ROUTES as COUPONS
from deploy.registers.member_acts import ROUTES as MEMBER_ACTS
from deploy.registers.member_pages import ROUTES as MEMBERS
from deploy.registers.segment_pages import ROUTES as SEGMENTS
from deploy.registers.setting_pages import ROUTES as SETTINGS
from deploy.registers.shop_pages import ROUTES as SHOPS
from deploy.registers.start_pages import ROUTES as START
from deploy.registers.terms_pages import ROUTES as TERMS
from deploy.registers.watch_pages import ROUTES as WATCH

ROUTES: list[HTTPRouteHandler] = [
    *CAMPAIGNS, *SEGMENTS, *CORRECTIONS, *COUPONS, *MEMBERS, *MEMBER_ACTS, *SHOPS, *BOARD,
    *START, *SETTINGS, *TERMS, *WATCH,
]  # fmt: skip
