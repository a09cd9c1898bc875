package qubes.testkit.catches;

import java.util.concurrent.locks.LockSupport;
import qubes.core.admin.AdminPermission;
import qubes.core.error.PermissionDenied;
import qubes.core.error.QubesException;
import qubes.core.event.Event;
import qubes.core.event.Extension;
import qubes.core.event.FeatureSet;
import qubes.core.event.Lifecycle;
import qubes.core.event.TagAdd;
import qubes.core.vm.BaseVM;
import qubes.core.vm.QubesVM;
import qubes.testkit.event.ExtensionContract;

/** Extensions that are wrong on purpose, one thing each. */
final class WrongExtensions {
    private WrongExtensions() {}

    private static BaseVM vm(Event event) {
        return (BaseVM) event.subject();
    }

    static final class HearsNothing implements ExtensionContract {
        @Override
        public Extension extension() {
            return on -> {};
        }
    }

    static final class WaitsToSubscribe implements ExtensionContract {
        @Override
        public Extension extension() {
            return on -> {
                LockSupport.parkNanos(1_000);
                on.after(TagAdd.class, event -> {});
            };
        }
    }

    static final class Throws implements ExtensionContract {
        @Override
        public Extension extension() {
            return on ->
                    on.after(
                            Lifecycle.Started.class,
                            event -> {
                                throw new IllegalStateException("forgot something");
                            });
        }
    }

    static final class RefusesTooLate implements ExtensionContract {
        @Override
        public Extension extension() {
            return on ->
                    on.after(
                            TagAdd.class,
                            event -> {
                                throw new QubesException("No tags here");
                            });
        }
    }

    static final class WaitsUnderTheLock implements ExtensionContract {
        @Override
        public Extension extension() {
            return on -> on.after(FeatureSet.class, event -> LockSupport.parkNanos(1_000));
        }
    }

    static final class StartsGuests implements ExtensionContract {
        @Override
        public Extension extension() {
            return on ->
                    on.after(
                            Lifecycle.Load.class,
                            event -> vm(event).as(QubesVM.class).ifPresent(QubesVM::start));
        }
    }

    static final class CountsLoads implements ExtensionContract {
        @Override
        public Extension extension() {
            return on ->
                    on.after(
                            Lifecycle.Load.class,
                            event -> {
                                String before = vm(event).features().get("loads");
                                vm(event)
                                        .features()
                                        .set("loads", before == null ? "1" : before + "1");
                            });
        }
    }

    static final class LeavesAThread implements ExtensionContract {
        @Override
        public Extension extension() {
            return on ->
                    on.after(
                            Lifecycle.Started.class,
                            event -> {
                                Thread thread = new Thread(LockSupport::park, "left-behind");
                                thread.setDaemon(true);
                                thread.start();
                            });
        }
    }

    static final class RefusesReads implements ExtensionContract {
        @Override
        public Extension extension() {
            return on ->
                    on.before(
                            AdminPermission.of("admin.vm.*"),
                            event -> {
                                throw new PermissionDenied("nobody looks");
                            });
        }
    }

    static final class HidesDomains implements ExtensionContract {
        @Override
        public Extension extension() {
            return on -> on.before(AdminPermission.of("*"), event -> event.keep(item -> false));
        }
    }
}
