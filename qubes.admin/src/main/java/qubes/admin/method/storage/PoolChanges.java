package qubes.admin.method.storage;

import static qubes.admin.method.storage.PoolMethods.named;
import static qubes.core.admin.MethodTraits.Destination.ADMIN_VM;
import static qubes.core.admin.MethodTraits.Pace.BRIEF;
import static qubes.core.admin.MethodTraits.Pace.LONG;
import static qubes.core.admin.MethodTraits.Presence.REQUIRED;
import static qubes.core.admin.MethodTraits.Scope.GLOBAL;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import qubes.core.admin.AdminCall;
import qubes.core.admin.AdminMethod;
import qubes.core.admin.AdminMethodName;
import qubes.core.admin.AdminReply;
import qubes.core.admin.Decoder;
import qubes.core.admin.MethodTraits;
import qubes.core.admin.NameDecoder;
import qubes.core.admin.Untrusted;
import qubes.core.error.PermissionDenied;
import qubes.core.error.ProtocolError;
import qubes.core.error.QubesException;
import qubes.core.error.QubesPoolInUseError;
import qubes.core.error.Repr;
import qubes.core.property.Property;
import qubes.core.state.PoolRecord;
import qubes.core.storage.PoolConfig;
import qubes.core.storage.PoolDriver;
import qubes.core.storage.PoolOptions;

/** Changes of the storage pools of the system (spec admin-api §9). */
public final class PoolChanges {
    private static final String NAME = "name";

    private PoolChanges() {}

    /** Adds a pool. */
    @Component
    @AdminMethodName(name = "admin.pool.Add")
    public static final class Add implements AdminMethod {
        @Activate
        public Add() {}

        @Override
        public MethodTraits traits() {
            return change().payload(REQUIRED).pace(LONG);
        }

        @Override
        public AdminReply call(AdminCall call) {
            PoolDriver driver =
                    Decoder.known(
                                    call.argument(),
                                    name ->
                                            call.qubes().pools().drivers().stream()
                                                    .filter(d -> d.driverName().equals(name))
                                                    .findFirst())
                            .orElseThrow(
                                    () ->
                                            new PermissionDenied(
                                                    "Argument not in 'available drivers'"));
            PoolRecord pool = record(driver, call.payload());
            Map<String, String> config = new LinkedHashMap<>(pool.attributes());
            config.remove(NAME);
            config.remove("driver");
            call.permit(Map.of(NAME, pool.name(), "pool_config", config));
            if (call.qubes().pools().find(pool.name()).isPresent()) {
                throw new QubesPoolInUseError("Storage pool is in use: " + Repr.quote(pool.name()));
            }
            return VolumeChanges.done(() -> call.qubes().pools().add(pool));
        }

        private static PoolRecord record(PoolDriver driver, Untrusted payload) {
            Map<String, String> attributes = options(payload);
            String name = attributes.get(NAME);
            if (name == null) {
                throw new ProtocolError("Pool configuration must contain key: name");
            }
            NameDecoder.poolName(name);
            for (String option : attributes.keySet()) {
                if (!option.equals(NAME) && driver.config().find(option).isEmpty()) {
                    throw new ProtocolError("Unexpected driver options found");
                }
            }
            attributes.put("driver", driver.driverName());
            PoolRecord pool = new PoolRecord(attributes);
            PoolConfig config = new PoolConfig(pool, driver.config());
            List<String> missing = new ArrayList<>();
            for (Property<?> option : driver.config()) {
                if (!attributes.containsKey(option.name()) && config.defaultOf(option).isEmpty()) {
                    missing.add(option.name());
                }
            }
            if (!missing.isEmpty()) {
                throw new QubesException(
                        "missing required driver options: " + String.join(" ", missing));
            }
            return pool;
        }

        private static Map<String, String> options(Untrusted payload) {
            Decoder.ascii(
                    payload,
                    () -> new ProtocolError("Pool parameters contains non-ASCII characters"));
            List<Decoder.Option> options = new ArrayList<>();
            for (Untrusted line : Decoder.lines(payload)) {
                options.add(
                        Decoder.option(
                                line,
                                () ->
                                        new ProtocolError(
                                                "Options must be separated by equal sign")));
            }
            Map<String, String> attributes = new LinkedHashMap<>();
            for (Decoder.Option option : options) {
                String key = Decoder.shown(option.key());
                if (attributes.put(key, Decoder.shown(option.value())) != null) {
                    throw new ProtocolError("Options must be unique");
                }
            }
            return attributes;
        }
    }

    /** Forgets a pool that nothing uses; its data stays. */
    @Component
    @AdminMethodName(name = "admin.pool.Remove")
    public static final class Remove implements AdminMethod {
        @Activate
        public Remove() {}

        @Override
        public MethodTraits traits() {
            return change();
        }

        @Override
        public AdminReply call(AdminCall call) {
            PoolRecord pool = named(call);
            call.permit(Map.of("pool", pool));
            call.qubes().pools().remove(pool.name());
            return AdminReply.EMPTY;
        }
    }

    /** Sets how many revisions new volumes keep. */
    @Component
    @AdminMethodName(name = "admin.pool.Set.revisions_to_keep")
    public static final class SetRevisionsToKeep implements AdminMethod {
        @Activate
        public SetRevisionsToKeep() {}

        @Override
        public MethodTraits traits() {
            return change().payload(REQUIRED);
        }

        @Override
        public AdminReply call(AdminCall call) {
            PoolRecord pool = named(call);
            long revisions = Decoder.number("revisions to keep", call.payload(), true);
            if (revisions < -1) {
                throw new ProtocolError("Value can't be lower than -1");
            }
            call.permit(Map.of("pool", pool, "newvalue", revisions));
            int kept = (int) Math.min(revisions, Integer.MAX_VALUE);
            return VolumeChanges.done(
                    () ->
                            call.qubes()
                                    .pools()
                                    .set(pool.name(), PoolOptions.REVISIONS_TO_KEEP, kept));
        }
    }

    /** Sets whether volatile volumes are encrypted with a key that is forgotten at stop. */
    @Component
    @AdminMethodName(name = "admin.pool.Set.ephemeral_volatile")
    public static final class SetEphemeralVolatile implements AdminMethod {
        @Activate
        public SetEphemeralVolatile() {}

        @Override
        public MethodTraits traits() {
            return change().payload(REQUIRED);
        }

        @Override
        public AdminReply call(AdminCall call) {
            PoolRecord pool = named(call);
            boolean ephemeral = Decoder.bool(call.payload());
            call.permit(Map.of("pool", pool, "newvalue", ephemeral));
            return VolumeChanges.done(
                    () ->
                            call.qubes()
                                    .pools()
                                    .set(pool.name(), PoolOptions.EPHEMERAL_VOLATILE, ephemeral));
        }
    }

    private static MethodTraits change() {
        return MethodTraits.execute(GLOBAL).argument(REQUIRED).to(ADMIN_VM).pace(BRIEF);
    }
}
