package qubes.admin.method.storage;

import static qubes.core.admin.MethodTraits.Destination.ADMIN_VM;
import static qubes.core.admin.MethodTraits.Pace.BRIEF;
import static qubes.core.admin.MethodTraits.Presence.REQUIRED;
import static qubes.core.admin.MethodTraits.Scope.GLOBAL;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import qubes.admin.method.Lines;
import qubes.core.admin.AdminCall;
import qubes.core.admin.AdminMethod;
import qubes.core.admin.AdminMethodName;
import qubes.core.admin.AdminPermission;
import qubes.core.admin.AdminReply;
import qubes.core.admin.Decoder;
import qubes.core.admin.MethodTraits;
import qubes.core.error.PermissionDenied;
import qubes.core.error.QubesException;
import qubes.core.property.Property;
import qubes.core.state.PoolRecord;
import qubes.core.storage.Pool;
import qubes.core.storage.PoolDriver;

/** The storage pools of the system. */
public final class PoolMethods {
    private PoolMethods() {}

    /** The names of all pools, in the order they were added. */
    @Component
    @AdminMethodName(name = "admin.pool.List")
    public static final class List implements AdminMethod {
        @Activate
        public List() {}

        @Override
        public MethodTraits traits() {
            return MethodTraits.read(GLOBAL).to(ADMIN_VM);
        }

        @Override
        public AdminReply call(AdminCall call) {
            return Lines.of(call.permit(), call.qubes().pools().list(), PoolRecord::name);
        }
    }

    /** The drivers there are, each with its options. */
    @Component
    @AdminMethodName(name = "admin.pool.ListDrivers")
    public static final class ListDrivers implements AdminMethod {
        @Activate
        public ListDrivers() {}

        @Override
        public MethodTraits traits() {
            return MethodTraits.read(GLOBAL).to(ADMIN_VM);
        }

        @Override
        public AdminReply call(AdminCall call) {
            return Lines.of(call.permit(), call.qubes().pools().drivers(), PoolMethods::line);
        }
    }

    /** A pool's configuration, size and usage. */
    @Component
    @AdminMethodName(name = "admin.pool.Info")
    public static final class Info implements AdminMethod {
        @Activate
        public Info() {}

        @Override
        public MethodTraits traits() {
            return MethodTraits.read(GLOBAL).argument(REQUIRED).to(ADMIN_VM).pace(BRIEF);
        }

        @Override
        public AdminReply call(AdminCall call) {
            PoolRecord pool = named(call);
            call.permit(Map.of("pool", pool));
            StringBuilder text = new StringBuilder();
            new TreeMap<>(pool.attributes()).forEach((key, value) -> line(text, key, value));
            open(call, pool)
                    .ifPresent(
                            place -> {
                                place.sizeBytes().ifPresent(size -> line(text, "size", size));
                                place.usageBytes().ifPresent(usage -> line(text, "usage", usage));
                                call.qubes()
                                        .pools()
                                        .includedIn(pool.name())
                                        .ifPresent(other -> line(text, "included_in", other));
                            });
            return AdminReply.text(text.toString());
        }
    }

    /** A pool's sizes and usages by kind. */
    @Component
    @AdminMethodName(name = "admin.pool.UsageDetails")
    public static final class UsageDetails implements AdminMethod {
        @Activate
        public UsageDetails() {}

        @Override
        public MethodTraits traits() {
            return MethodTraits.read(GLOBAL).argument(REQUIRED).to(ADMIN_VM).pace(BRIEF);
        }

        @Override
        public AdminReply call(AdminCall call) {
            PoolRecord pool = named(call);
            call.permit(Map.of("pool", pool));
            StringBuilder text = new StringBuilder();
            new TreeMap<>(call.qubes().pools().open(pool.name()).usageDetails())
                    .forEach((key, value) -> line(text, key, value));
            return AdminReply.text(text.toString());
        }
    }

    /** The ids of the volumes found in a pool. */
    @Component
    @AdminMethodName(name = "admin.pool.volume.List")
    public static final class VolumeList implements AdminMethod {
        @Activate
        public VolumeList() {}

        @Override
        public MethodTraits traits() {
            return MethodTraits.read(GLOBAL).argument(REQUIRED).to(ADMIN_VM).pace(BRIEF);
        }

        @Override
        public AdminReply call(AdminCall call) {
            PoolRecord pool = named(call);
            AdminPermission permission = call.permit(Map.of("pool", pool));
            return Lines.of(
                    permission, call.qubes().pools().open(pool.name()).list(), (String vid) -> vid);
        }
    }

    private static final Logger log = LoggerFactory.getLogger(PoolMethods.class);

    /** The pool a caller names; who asks for one that is not there learns no more than that. */
    static PoolRecord named(AdminCall call) {
        return Decoder.known(call.argument(), call.qubes().pools()::find)
                .orElseThrow(() -> new PermissionDenied("Argument not in 'pools'"));
    }

    /** The configuration is worth telling even where the pool cannot be opened now. */
    private static Optional<Pool> open(AdminCall call, PoolRecord pool) {
        try {
            return Optional.of(call.qubes().pools().open(pool.name()));
        } catch (QubesException e) {
            log.info("Pool {} cannot tell its size: {}", pool.name(), e.getMessage());
            return Optional.empty();
        }
    }

    private static String line(PoolDriver driver) {
        Stream<String> options =
                StreamSupport.stream(driver.config().spliterator(), false).map(Property::name);
        return driver.driverName() + " " + options.collect(Collectors.joining(" "));
    }

    private static void line(StringBuilder text, String key, Object value) {
        text.append(key).append('=').append(value).append('\n');
    }
}
