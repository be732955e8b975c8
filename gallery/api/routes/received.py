"""Photos that guests sent by links."""

from ninja import Router

from gallery.albums.actions import LimitReached
from gallery.api import present
from gallery.api.authorization import READS, WRITES, ApiRequest, need
from gallery.api.problems import Problem
from gallery.api.responses import refusals
from gallery.api.schemas import received as s
from gallery.api.tokens import Scope
from gallery.sharing import receiving

router = Router(tags=["Shares"], by_alias=True)


@router.get("/received", auth=READS, response={200: s.ReceivedList, **refusals()})
def list_received(request: ApiRequest) -> s.ReceivedList:
    """List what guests sent by your links of the role `add`, and you have not decided about.

    No one else sees it, and no other list has it. It counts toward your storage.
    """
    waiting = receiving.waiting_for(request.user).select_related("owner", "contribution")
    return s.ReceivedList(
        received=present.received_out(list(waiting[: receiving.MOST_AT_ONCE]), request.user)
    )


@router.post("/received", auth=WRITES, response={200: s.ReceivedOutcome, **refusals(422)})
def decide_received(request: ApiRequest, decision: s.ReceivedDecision) -> s.ReceivedOutcome:
    """Accept photos, which come into the album that they were sent for, or decline them.

    None is accepted, and none declined, if the album has no room for all that you accept.
    Repeating it changes nothing. To decline needs the scope `delete`, too.
    """
    if decision.decline:
        need(request, Scope.DELETE)
    try:
        accepted = receiving.accept(request.user, decision.accept or [])
    except LimitReached as refusal:
        raise Problem(refusal.reason) from refusal
    declined = receiving.decline(request.user, decision.decline or []).declined
    return s.ReceivedOutcome(accepted=accepted.accepted, had=accepted.had, declined=declined)
