package qubes.admin.method;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import qubes.core.admin.AdminCall;
import qubes.core.admin.Decoder;
import qubes.core.admin.NameDecoder;
import qubes.core.admin.Unanswerable;
import qubes.core.admin.Untrusted;
import qubes.core.error.ProtocolError;
import qubes.core.value.DomainName;

/**
 * What a caller wants created: {@code name=work label=red pool:private=big}. Checked for syntax;
 * whether what it names exists is for later, when the caller is known to be permitted to learn
 * that.
 *
 * @param pool pool of the volumes that are not snapshots
 * @param pools volume to pool
 */
record CreationRequest(
        DomainName name, String label, Optional<String> pool, Map<String, String> pools) {
    private static final Set<String> VOLUMES = Set.of("root", "private", "volatile", "kernel");
    private static final String POOL_OF = "pool:";

    /**
     * Reads a payload.
     *
     * @param pooled whether the caller may choose pools
     * @throws ProtocolError if an option is unknown, repeated or missing
     * @throws qubes.core.error.QubesException if the name is none
     * @throws Unanswerable for a word that is no option, which the original does not answer
     */
    static CreationRequest of(AdminCall call, boolean pooled) {
        Reader reader = new Reader(call, pooled);
        Decoder.ascii(
                call.payload(),
                () -> new ProtocolError("Parameters contains non-ASCII characters"));
        if (call.payload().isEmpty()) {
            throw new Unanswerable("a creation without options");
        }
        for (Untrusted word : Decoder.parts(call.payload(), ' ')) {
            reader.read(word);
        }
        return reader.result();
    }

    /** Collects the options of one request. */
    private static final class Reader {
        private final AdminCall call;
        private final boolean pooled;
        private final Map<String, String> pools = new LinkedHashMap<>();
        private @Nullable DomainName name;
        private @Nullable String label;
        private @Nullable String pool;

        Reader(AdminCall call, boolean pooled) {
            this.call = call;
            this.pooled = pooled;
        }

        void read(Untrusted word) {
            Decoder.Option option = Decoder.option(word);
            String key = Decoder.shown(option.key());
            if (key.equals("name")) {
                refuseSecond(name);
                name = NameDecoder.domainName(option.value());
            } else if (key.equals("label")) {
                refuseSecond(label);
                label = NameDecoder.labelNameNoIndex(option.value());
            } else if (key.equals("pool") || key.startsWith(POOL_OF)) {
                readPool(key, Decoder.shown(option.value()));
            } else if (key.equals("template") && !call.argument().isEmpty()) {
                throw new ProtocolError("Options must be unique");
            } else {
                throw new ProtocolError("Options does not match: name, label, pool, pool:");
            }
        }

        private void readPool(String key, String value) {
            if (!pooled) {
                throw new ProtocolError("Pool option specified but 'allow_pool' is False");
            }
            if (key.equals("pool")) {
                refuseSecondPool(pool != null, key);
                pool = value;
                return;
            }
            String volume = key.substring(POOL_OF.length());
            if (!VOLUMES.contains(volume)) {
                throw new ProtocolError("Volume must be one of: root, private, volatile, kernel");
            }
            refuseSecondPool(pools.put(volume, value) != null, key);
        }

        /** A label that does not exist counts as none, as it does to the original. */
        CreationRequest result() {
            DomainName called = name;
            String colored = label;
            if (called == null) {
                throw new ProtocolError("Creation requested without key: name");
            }
            if (colored == null || call.qubes().labels().find(colored).isEmpty()) {
                throw new ProtocolError("Creation requested without key: label");
            }
            if (pool != null && !pools.isEmpty()) {
                throw new ProtocolError("Conflicting options specified: 'pool=', 'pool:volume='");
            }
            return new CreationRequest(called, colored, Optional.ofNullable(pool), pools);
        }

        private static void refuseSecond(@Nullable Object first) {
            if (first != null) {
                throw new ProtocolError("Options must be unique");
            }
        }

        private static void refuseSecondPool(boolean second, String key) {
            if (second) {
                throw new ProtocolError("Option '" + key + "' must be unique");
            }
        }
    }
}
