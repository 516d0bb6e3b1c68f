"""What is known of FastAPI and Starlette: methods of applications, settings, options of routes."""

from __future__ import annotations

from gate.static.words import words

# Methods of applications that are decorators, and those that act at once.
DECORATORS = words(
    """
    get put post delete options head patch trace api_route websocket websocket_route route
    middleware exception_handler on_event
    """
)

METHODS = words(
    """
    add_middleware add_exception_handler include_router add_api_route
    add_api_websocket_route add_route add_websocket_route mount host add_event_handler
    dependency_overrides.update router.on_startup.append router.on_shutdown.append
    """
)

# Arguments of the constructor that say something about the whole application, with defaults.
SETTINGS: dict[str, dict[str, object]] = {
    "Starlette": {"debug": False},
    "Router": {},
    "APIRouter": {},
    "FastAPI": {
        "debug": False,
        "title": "FastAPI",
        "summary": None,
        "description": "",
        "version": "0.1.0",
        "terms_of_service": None,
        "contact": None,
        "license_info": None,
        "openapi_url": "/openapi.json",
        "openapi_tags": None,
        "openapi_external_docs": None,
        "docs_url": "/docs",
        "redoc_url": "/redoc",
        "swagger_ui_oauth2_redirect_url": "/docs/oauth2-redirect",
        "swagger_ui_init_oauth": None,
        "swagger_ui_parameters": None,
        "servers": None,
        "root_path": "",
        "root_path_in_servers": True,
        "separate_input_output_schemas": True,
        "redirect_slashes": True,
    },
}

TEXTS = words("title summary description version terms_of_service root_path")

# Attributes that may be set later to the same effect.
SETTABLE = words(
    """
    title summary description version terms_of_service contact license_info openapi_tags
    root_path debug
    """
)

# Members of applications and routers, in every version.
ATTRIBUTES = (
    DECORATORS
    | {name.partition(".")[0] for name in METHODS}
    | SETTABLE
    | SETTINGS["FastAPI"].keys()
    | words(
        """
        state routes router user_middleware middleware_stack exception_handlers openapi setup
        openapi_schema openapi_version webhooks build_middleware_stack url_path_for prefix tags
        dependencies responses callbacks deprecated include_in_schema default_response_class
        route_class generate_unique_id_function on_startup on_shutdown lifespan_context
        dependency_overrides_provider add_websocket_route default startup shutdown not_found
        __class__ __dict__ __doc__ __call__ __module__ handle app
        """
    )
)

# Those that routers do not have.
OF_APPLICATIONS = words(
    """
    add_middleware middleware exception_handler add_exception_handler user_middleware state
    middleware_stack exception_handlers dependency_overrides openapi openapi_schema webhooks
    """
)

# Positional parameters of Starlette's constructors.
POSITIONAL = {
    "Starlette": "debug routes middleware exception_handlers on_startup on_shutdown lifespan",
    "Router": "routes redirect_slashes default on_startup on_shutdown lifespan",
    "FastAPI": "",
    "APIRouter": "",
}

DEFAULT_HANDLERS = {
    "starlette.exceptions.HTTPException": "fastapi.exception_handlers.http_exception_handler",
    "fastapi.exceptions.RequestValidationError": (
        "fastapi.exception_handlers.request_validation_exception_handler"
    ),
    "fastapi.exceptions.WebSocketRequestValidationError": (
        "fastapi.exception_handlers.websocket_request_validation_exception_handler"
    ),
}

# Options of a route, with defaults; the name's is the endpoint's.
OPTIONS: dict[str, object] = {
    "status_code": None,
    "response_model_include": None,
    "response_model_exclude": None,
    "response_model_by_alias": True,
    "response_model_exclude_unset": False,
    "response_model_exclude_defaults": False,
    "response_model_exclude_none": False,
    "operation_id": None,
    "summary": None,
    "response_description": "Successful Response",
    "openapi_extra": None,
}

# Options that routers and includes have too, in their words, and how levels are brought together.
LEVELS = {
    "tags": ("tags", "all"),
    "responses": ("responses", "all"),
    "callbacks": ("callbacks", "all"),
    "deprecated": ("deprecated", "any"),
    "include_in_schema": ("include_in_schema", "every"),
    "response_class": ("default_response_class", "innermost"),
    "generate_unique_id_function": ("generate_unique_id_function", "innermost"),
}

DEFAULTS = {
    "response_class": "starlette.responses.JSONResponse",
    "generate_unique_id_function": "fastapi.utils.generate_unique_id",
    "route_class": "fastapi.routing.APIRoute",
}

HTTP_METHODS = words(
    """
    get put post delete options head patch trace
    """
)

# What a router's constructor may be told about its routes alone.
ROUTER_ARGUMENTS = words(
    """
    prefix tags dependencies default_response_class responses callbacks routes redirect_slashes
    deprecated include_in_schema generate_unique_id_function route_class
    """
)
