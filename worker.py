"""celery -A worker worker -B -Q celery,search"""

from shop.loading import load

celery = load("shop.app").create_app().extensions["celery"]
