package qubes.admin.policy;

import java.util.Optional;
import qubes.core.error.Repr;

/**
 * A call of a service by a qube, as it arrives.
 *
 * @param argument with its {@code +}
 * @param source the qube that calls
 * @param target what it asks for; empty for {@code @default}
 * @param requestedSource the qube of another system for which {@code source} relays the call
 */
record ServiceCall(
        String service,
        String argument,
        String source,
        String target,
        Optional<String> requestedSource) {
    ServiceCall {
        if (!argument.startsWith("+")) {
            throw new IllegalArgumentException("an argument begins with +");
        }
    }

    /**
     * Whom the policy is asked about.
     *
     * @throws AccessDenied if the source may not speak for the one it names
     */
    Party party(SystemInfo system) {
        if (requestedSource.isEmpty()) {
            return Party.source(source, system);
        }
        String name = requestedSource.get();
        KnownQube remote =
                system.find(name)
                        .map(qube -> (KnownQube) qube)
                        .orElseThrow(
                                () ->
                                        new AccessDenied(
                                                "unknown requested source qube " + Repr.quote(name),
                                                true));
        if (!remote.remote()) {
            throw new AccessDenied(
                    remote.name() + ": requested source is only authorized for RemoteVM", true);
        }
        Optional<String> relay = Party.source(source, system).qube().map(KnownQube::name);
        if (relay.isEmpty() || !relay.equals(remote.relayvm())) {
            throw new AccessDenied(
                    remote.name() + ": requested source is only authorized for its relayvm", true);
        }
        return Party.of(remote);
    }
}
