package qubes.admin.policy;

import java.util.Optional;
import java.util.UUID;

/** What a policy needs to know of a qube (spec policy.md §4). Reading it never blocks. */
interface KnownQube {
    String name();

    UUID uuid();

    /** The klass, as {@code AppVM}. */
    String type();

    boolean hasTag(String tag);

    /** Whether disposables can be made from it. */
    boolean disposableTemplate();

    /** Name of the disposable template for what it starts. */
    Optional<String> defaultDispvm();

    boolean running();

    /** Whether users are not to be shown it. */
    boolean internal();

    /** Whether it is a qube of another system, reached through a relay. */
    boolean remote();

    /** Name of the qube that relays calls to a remote one. */
    Optional<String> relayvm();

    /** The relay's service that carries calls to a remote qube. */
    Optional<String> transportRpc();
}
