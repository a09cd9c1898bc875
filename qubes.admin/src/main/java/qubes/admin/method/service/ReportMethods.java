package qubes.admin.method.service;

import static qubes.core.admin.MethodTraits.Destination.ADMIN_VM;
import static qubes.core.admin.MethodTraits.Pace.LONG;
import static qubes.core.admin.MethodTraits.Presence.REQUIRED;
import static qubes.core.admin.MethodTraits.Scope.LOCAL;

import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import qubes.core.admin.AdminCall;
import qubes.core.admin.AdminMethod;
import qubes.core.admin.AdminMethodName;
import qubes.core.admin.AdminReply;
import qubes.core.admin.AdminSocket;
import qubes.core.admin.MethodTraits;
import qubes.core.admin.ValueDecoder;
import qubes.core.event.FeaturesRequest;
import qubes.core.vm.BaseVM;
import qubes.core.vm.Features;
import qubes.core.vm.QubesVM;

/** What qubes report to dom0 about themselves (spec admin-api §15). */
public final class ReportMethods {
    private static final MethodTraits REPORT =
            MethodTraits.execute(LOCAL).to(ADMIN_VM).pace(LONG).on(AdminSocket.MISC);

    private ReportMethods() {}

    /** The caller asks for the features under {@code /features-request/} of its database. */
    @Component
    @AdminMethodName(name = "qubes.FeaturesRequest")
    public static final class RequestFeatures implements AdminMethod {
        private static final String FOLDER = "/features-request/";

        private final Reports reports;

        @Activate
        public RequestFeatures(@Reference Reports reports) {
            this.reports = reports;
        }

        @Override
        public MethodTraits traits() {
            return REPORT;
        }

        @Override
        public AdminReply call(AdminCall call) {
            call.permit();
            BaseVM source = call.source();
            Map<String, String> requested = new LinkedHashMap<>();
            for (String path : reports.list(source, FOLDER)) {
                reports.read(source, path)
                        .map(ValueDecoder::requestedValue)
                        .ifPresent(value -> requested.put(path.substring(FOLDER.length()), value));
            }
            source.fire(new FeaturesRequest(source, requested));
            return AdminReply.EMPTY;
        }
    }

    /** The caller says which tools it has; the same request, from older qubes. */
    @Component
    @AdminMethodName(name = "qubes.NotifyTools")
    public static final class NotifyTools implements AdminMethod {
        private static final List<String> KEYS =
                List.of("qrexec", "gui", "gui-emulated", "default-user", "os");

        private final Reports reports;

        @Activate
        public NotifyTools(@Reference Reports reports) {
            this.reports = reports;
        }

        @Override
        public MethodTraits traits() {
            return REPORT;
        }

        @Override
        public AdminReply call(AdminCall call) {
            call.permit();
            BaseVM source = call.source();
            Map<String, String> requested = new LinkedHashMap<>();
            for (String key : KEYS) {
                reports.read(source, "/qubes-tools/" + key)
                        .map(ValueDecoder::toolValue)
                        .filter(value -> !value.isEmpty())
                        .ifPresent(value -> requested.put(key, value));
            }
            source.fire(new FeaturesRequest(source, requested));
            return AdminReply.EMPTY;
        }
    }

    /** The caller says how many updates there are for the software it runs. */
    @Component
    @AdminMethodName(name = "qubes.NotifyUpdates")
    public static final class NotifyUpdates implements AdminMethod {
        private static final String AVAILABLE = "updates-available";
        private static final DateTimeFormatter SECONDS =
                DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss");

        @Activate
        public NotifyUpdates() {}

        @Override
        public MethodTraits traits() {
            return REPORT.payload(REQUIRED);
        }

        @Override
        public AdminReply call(AdminCall call) {
            boolean any = ValueDecoder.anyUpdates(call.payload());
            call.permit();
            BaseVM source = call.source();
            if (isUpdateable(source)) {
                record(source, any);
            } else if (any) {
                updateableTemplate(source)
                        .filter(template -> template.isHalted() && !isOutdated(source))
                        .ifPresent(template -> record(template, true));
            }
            return AdminReply.EMPTY;
        }

        private static boolean isUpdateable(BaseVM vm) {
            return vm.hasProperty(QubesVM.UPDATEABLE.name())
                    && vm.properties()
                            .find(QubesVM.UPDATEABLE.name())
                            .flatMap(vm::find)
                            .filter(Boolean.TRUE::equals)
                            .isPresent();
        }

        /** A store may hold templates that lead round in a circle. */
        private static Optional<BaseVM> updateableTemplate(BaseVM source) {
            Set<BaseVM> seen = new HashSet<>();
            Optional<BaseVM> next = source.template();
            while (next.isPresent() && !isUpdateable(next.get()) && seen.add(next.get())) {
                next = next.get().template();
            }
            return next.filter(NotifyUpdates::isUpdateable);
        }

        /** What an outdated qube lacks, its template may have. */
        private static boolean isOutdated(BaseVM source) {
            return source.as(QubesVM.class)
                    .filter(vm -> !vm.storage().outdated().isEmpty())
                    .isPresent();
        }

        private static void record(BaseVM vm, boolean available) {
            Features features = vm.features();
            String now =
                    SECONDS.format(
                            LocalDateTime.now(ZoneId.systemDefault())
                                    .truncatedTo(ChronoUnit.SECONDS));
            if (features.isTrue(AVAILABLE) && !available) {
                features.set("last-update", now);
            }
            features.set(AVAILABLE, available);
            features.set("last-updates-check", now);
        }
    }
}
