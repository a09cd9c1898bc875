package qubes.admin.policy;

import java.util.Optional;
import java.util.StringJoiner;

/**
 * A call that is let through, as it is to be executed (spec policy.md §6).
 *
 * @param service with its argument; a relay's for a qube of another system
 * @param target the qube that serves it
 * @param targetUuid the same by uuid; absent for dom0
 * @param user whom the service runs as; absent for the default
 * @param autostart whether the target may be started for it
 * @param requestedTarget what was asked for
 * @param policySource the qube of another system that called through a relay
 */
record Resolution(
        String service,
        String target,
        Optional<String> targetUuid,
        Optional<String> user,
        boolean autostart,
        String requestedTarget,
        Optional<String> policySource) {
    /**
     * How to execute a call, if the policy lets it through without asking.
     *
     * @throws AccessDenied if it does not
     */
    static Resolution of(Policy policy, ServiceCall call, SystemInfo system) {
        Decision decision = policy.decide(call, system);
        if (decision instanceof Decision.Deny denied) {
            throw new AccessDenied(denied);
        }
        if (decision instanceof Decision.Allow allowed) {
            return of(allowed, call, system);
        }
        throw new AccessDenied("the user has to be asked", true);
    }

    /**
     * How to execute a call that goes to what the user chose.
     *
     * @throws AccessDenied if that was none of the choices, or cannot be called
     */
    static Resolution chosen(
            Decision.Ask asked, String choice, ServiceCall call, SystemInfo system) {
        if (!asked.choices().contains(choice)) {
            throw new AccessDenied("the target chosen is none of the choices", true);
        }
        Token target = Token.parse(choice, Token.Position.REDIRECT, "choice");
        Decision decision = new Choices(asked.rule(), call.party(system), system).allow(target);
        if (decision instanceof Decision.Allow allowed) {
            return of(allowed, call, system);
        }
        throw new AccessDenied((Decision.Deny) decision);
    }

    private static Resolution of(Decision.Allow allowed, ServiceCall call, SystemInfo system) {
        Party source = call.party(system);
        KnownQube qube = allowed.qube();
        boolean disposable = allowed.target().kind() == Token.Kind.DISPOSABLE_OF;
        if (!disposable && source.qube().filter(q -> q.uuid().equals(qube.uuid())).isPresent()) {
            throw new AccessDenied("loopback qrexec connection not supported", true);
        }
        String requested = Party.target(call.target(), system).orElseThrow().token().text();
        if (!disposable && qube.remote()) {
            KnownQube relay = relay(qube, system);
            return new Resolution(
                    need(qube, qube.transportRpc(), "transport RPC")
                            + String.join("+", "", qube.name(), call.service() + call.argument()),
                    relay.name(),
                    Optional.of("uuid:" + relay.uuid()),
                    Optional.empty(),
                    allowed.rule().autostart(),
                    requested,
                    call.requestedSource());
        }
        return new Resolution(
                call.service() + call.argument(),
                allowed.target().text(),
                allowed.target().kind() == Token.Kind.ADMIN
                        ? Optional.empty()
                        : Optional.of((disposable ? "@dispvm:uuid:" : "uuid:") + qube.uuid()),
                allowed.rule().user(),
                allowed.rule().autostart(),
                requested,
                call.requestedSource());
    }

    private static KnownQube relay(KnownQube remote, SystemInfo system) {
        return system.find(need(remote, remote.relayvm(), "relayvm"))
                .map(qube -> (KnownQube) qube)
                .orElseThrow(() -> missing(remote, "relayvm"));
    }

    private static String need(KnownQube remote, Optional<String> value, String what) {
        return value.orElseThrow(() -> missing(remote, what));
    }

    private static AccessDenied missing(KnownQube remote, String what) {
        return new AccessDenied(remote.name() + ": " + what + " is not set", true);
    }

    /** What qrexec's daemon is answered. */
    String text() {
        StringJoiner lines = new StringJoiner("\n");
        lines.add("user=" + user.orElse("DEFAULT")).add("result=allow").add("target=" + target);
        targetUuid.ifPresent(uuid -> lines.add("target_uuid=" + uuid));
        lines.add("autostart=" + (autostart ? "True" : "False"))
                .add("requested_target=" + requestedTarget);
        policySource.ifPresent(name -> lines.add("policy_source=" + name));
        return lines.toString();
    }
}
