"""What a client needs to know to come in (RFC 8414): all that is true, and nothing else."""

from auth import jws
from auth.knocking import CONFIDENTIAL, METHODS
from auth.scopes import CONSOLE, MEMBER, SCOPES

Metadata = dict[str, str | bool | list[str]]


def metadata(issuer: str, members_sign_in: bool, certificates: bool) -> Metadata:
    """Where the doors are and what opens them; those for members' apps only where members can
    sign in, certificates only where a proxy is believed that sees them."""
    told: Metadata = {
        "issuer": issuer,
        "token_endpoint": f"{issuer}/oauth/token",
        "jwks_uri": f"{issuer}/oauth/jwks",
        "introspection_endpoint": f"{issuer}/oauth/introspect",
        "revocation_endpoint": f"{issuer}/oauth/revoke",
        "scopes_supported": [
            name
            for name, scope in SCOPES.items()
            if scope.audiences - ({CONSOLE} if members_sign_in else {CONSOLE, MEMBER})
        ],
        "response_types_supported": ["code"] if members_sign_in else ["none"],
        "grant_types_supported": ["client_credentials"],
        "tls_client_certificate_bound_access_tokens": certificates,
        "dpop_signing_alg_values_supported": jws.ALGORITHMS,
        "service_documentation": f"{issuer}/docs",
        "ui_locales_supported": ["ja", "en"],
    }
    for endpoint in ("token", "introspection", "revocation"):
        methods = METHODS if members_sign_in and endpoint != "introspection" else CONFIDENTIAL
        told[f"{endpoint}_endpoint_auth_methods_supported"] = methods
        told[f"{endpoint}_endpoint_auth_signing_alg_values_supported"] = jws.ALGORITHMS
    if members_sign_in:
        told |= {
            "authorization_endpoint": f"{issuer}/oauth/authorize",
            "pushed_authorization_request_endpoint": f"{issuer}/oauth/par",
            "require_pushed_authorization_requests": False,
            "grant_types_supported": ["client_credentials", "authorization_code", "refresh_token"],
            "response_modes_supported": ["query"],
            "code_challenge_methods_supported": ["S256"],
            "authorization_response_iss_parameter_supported": True,
            "request_parameter_supported": False,
            "request_uri_parameter_supported": False,
        }
    return told
