from django.urls import path

from .views import assignment, measure, plan, report, review

urlpatterns = [
    path("", plan.home, name="home"),
    path("plans/", plan.plans, name="plans"),
    path("plans/<slug:slug>/", plan.plan, name="plan"),
    path("plans/<slug:slug>/measures/", measure.measures, name="measures"),
    path("plans/<slug:slug>/measures/export.xlsx", measure.export, name="export"),
    path("plans/<slug:slug>/measures/<int:number>/", measure.measure, name="measure"),
    path("plans/<slug:slug>/assignments/", assignment.assignments, name="assignments"),
    path("mine/", report.mine, name="mine"),
    path("mine/<int:pk>/", report.report, name="report"),
    path("reviews/", review.reviews, name="reviews"),
    path("reviews/<int:pk>/", review.review, name="review"),
]
