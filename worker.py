"""celery -A worker worker -B -Q celery,search"""

from shop.app import create_app

celery = create_app().extensions["celery"]
