"""Celery: a task is one transaction, and leaves after the commit that asked for it."""

import time
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from celery import Celery, Task, signals
from flask import Flask, current_app
from kombu.exceptions import KombuError
from redis.exceptions import RedisError

from shop import db
from shop.config import Settings
from shop.logs import log

REST = 10.0  # seconds

BEAT: dict[str, dict[str, Any]] = {}


@dataclass
class Rest:
    """A broker that failed is left alone for a while: one that hangs would slow every page."""

    until: float = 0.0


def every(seconds: float, task: str) -> None:
    """Have beat run the task in this rhythm."""
    BEAT[task] = {"task": task, "schedule": timedelta(seconds=seconds)}


def init_app(app: Flask, settings: Settings) -> None:
    class ShopTask(Task):  # type: ignore[type-arg]
        abstract = True

        def __call__(self, *args: Any, **kwargs: Any) -> Any:
            with app.app_context():
                result = self.run(*args, **kwargs)
                db.commit()
                return result

    celery = Celery(app.name, task_cls=ShopTask, broker=settings.celery_broker_url)
    celery.config_from_object(_configuration(settings))
    celery.set_default()
    app.extensions["celery"] = celery
    app.extensions["broker_rest"] = Rest()

    @signals.worker_process_init.connect(weak=False)
    def forget_connections(**_: object) -> None:
        with app.app_context():
            db.db.engine.dispose(close=False)  # the parent's connections are not ours


def _configuration(settings: Settings) -> dict[str, Any]:
    return {
        "task_ignore_result": True,
        "task_acks_late": True,
        "task_reject_on_worker_lost": True,
        "task_time_limit": 120,
        "task_soft_time_limit": 100,
        "worker_prefetch_multiplier": 1,
        "worker_hijack_root_logger": False,
        "broker_connection_retry_on_startup": True,
        "broker_channel_error_retry": True,  # a worker outlives a broker that is full or a replica
        "broker_transport_options": _transport(settings),
        "task_routes": {"shop.search.*": {"queue": "search"}},
        "beat_schedule": BEAT,
        "beat_schedule_filename": str(settings.data_dir / "beat"),
    }


def _transport(settings: Settings) -> dict[str, Any]:
    if settings.celery_broker_url.startswith("filesystem"):
        folder = settings.data_dir / "broker"
        for name in ("messages", "processed", "control"):
            Path(folder / name).mkdir(parents=True, exist_ok=True)
        return {
            "data_folder_in": str(folder / "messages"),
            "data_folder_out": str(folder / "messages"),
            "processed_folder": str(folder / "processed"),
            "control_folder": str(folder / "control"),
            "polling_interval": 0.05,
        }
    return {
        "visibility_timeout": 300,
        "unacked_restore_interval": 10,
        "unacked_restore_throttle": 1,
        "socket_connect_timeout": 1,
        "socket_timeout": 5,
        # a page does not wait for a broker that is down; the sweeper does the work
        "max_retries": 0,
        "interval_start": 0,
        "interval_step": 0,
        "interval_max": 0,
    }


def enqueue(task: str, *args: Any) -> None:
    """Nudge a worker once this transaction is safe. A lost nudge is found by the sweeper.

    :param task: its full name, such as `shop.mail.tasks.send_mail`: callers do not import tasks,
        because tasks import them.
    """
    db.after_commit(lambda: _send(task, args))


def _send(task: str, args: tuple[Any, ...]) -> None:
    rest: Rest = current_app.extensions["broker_rest"]
    if time.monotonic() < rest.until:
        return
    celery: Celery = current_app.extensions["celery"]
    try:
        celery.send_task(task, args, retry=False)
    except (KombuError, RedisError, OSError) as error:
        rest.until = time.monotonic() + REST
        log.warning("broker is down, the sweeper will do it", task=task, error=repr(error))
