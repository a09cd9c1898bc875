package qubes.testkit.catches;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.UnaryOperator;
import qubes.core.event.FeatureSet;
import qubes.core.event.Lifecycle;
import qubes.core.property.Property;
import qubes.core.property.PropertyType;
import qubes.core.vm.BaseVM;
import qubes.core.vm.DomainContext;
import qubes.core.vm.DomainFactory;
import qubes.core.vm.KlassTraits;
import qubes.core.vm.NewDomain;
import qubes.core.vm.Qubes;
import qubes.core.vm.QubesVM;
import qubes.testkit.vm.DomainClassContract;
import qubes.testkit.vm.PlainVM;

/** Klasses that are wrong on purpose, one thing each. */
final class WrongKlasses {
    private WrongKlasses() {}

    private static DomainFactory plain(UnaryOperator<KlassTraits.Builder> more) {
        return PlainVM.factory("WrongVM", more);
    }

    private static Property.Builder<BaseVM, String> text(String name) {
        return Property.of(BaseVM.class, name, PropertyType.STR);
    }

    /** A factory that is right but for what a subclass does. */
    private static class Delegating implements DomainFactory {
        final DomainFactory right = plain(traits -> traits);

        @Override
        public KlassTraits traits() {
            return right.traits();
        }

        @Override
        public NewDomain prepare(Qubes qubes, NewDomain asked) {
            return right.prepare(qubes, asked);
        }

        @Override
        public BaseVM create(DomainContext context) {
            return right.create(context);
        }
    }

    static final class OtherTraitsEachTime implements DomainClassContract {
        @Override
        public DomainFactory factory() {
            return new Delegating() {
                @Override
                public KlassTraits traits() {
                    return plain(t -> t.declare(text("mine").doc("Mine.").defaultsTo("").define()))
                            .traits();
                }
            };
        }
    }

    static final class NameOfTheCore implements DomainClassContract {
        @Override
        public DomainFactory factory() {
            return PlainVM.factory("AdminVM");
        }
    }

    static final class NameWithBlank implements DomainClassContract {
        @Override
        public DomainFactory factory() {
            return PlainVM.factory("Wrong VM");
        }
    }

    static final class Undocumented implements DomainClassContract {
        @Override
        public DomainFactory factory() {
            return plain(traits -> traits.declare(text("mine").defaultsTo("").define()));
        }
    }

    static final class OtherType implements DomainClassContract {
        @Override
        public DomainFactory factory() {
            return plain(
                    traits -> traits.override(text("memory").doc("M.").defaultsTo("400").define()));
        }
    }

    static final class UnreadableDefault implements DomainClassContract {
        @Override
        public DomainFactory factory() {
            return plain(
                    traits ->
                            traits.declare(
                                    text("mine")
                                            .doc("Mine.")
                                            .defaultsTo(
                                                    "from nowhere",
                                                    vm -> Optional.<String>empty().orElseThrow())
                                            .define()));
        }
    }

    static final class NoDefault implements DomainClassContract {
        @Override
        public DomainFactory factory() {
            return plain(traits -> traits.declare(text("mine").doc("Mine.").define()));
        }
    }

    static final class WaitsInCreate implements DomainClassContract {
        @Override
        public DomainFactory factory() {
            return new Delegating() {
                @Override
                public BaseVM create(DomainContext context) {
                    LockSupport.parkNanos(1_000);
                    return super.create(context);
                }
            };
        }
    }

    static final class ChangesInCreate implements DomainClassContract {
        @Override
        public DomainFactory factory() {
            return new Delegating() {
                @Override
                public BaseVM create(DomainContext context) {
                    context.qubes().admin().features().set("made-" + context.record().qid(), "1");
                    return super.create(context);
                }
            };
        }
    }

    static final class OverridesWhatIsAsked implements DomainClassContract {
        @Override
        public DomainFactory factory() {
            return new Delegating() {
                @Override
                public NewDomain prepare(Qubes qubes, NewDomain asked) {
                    return asked.with(BaseVM.LABEL, "black");
                }
            };
        }
    }

    static final class ForgetsAtRestart implements DomainClassContract {
        @Override
        public DomainFactory factory() {
            return plain(
                    traits ->
                            traits.on(
                                    Lifecycle.Load.class,
                                    BaseVM.class,
                                    (vm, event) -> vm.features().clear()));
        }
    }

    static final class ComesBackOtherwise implements DomainClassContract {
        @Override
        public DomainFactory factory() {
            AtomicInteger loads = new AtomicInteger();
            return plain(
                    traits ->
                            traits.on(
                                    Lifecycle.Load.class,
                                    BaseVM.class,
                                    (vm, event) ->
                                            vm.features()
                                                    .set("loads", loads.incrementAndGet() + "")));
        }
    }

    static final class RefusesClones implements DomainClassContract {
        private static final Property<String> NAME =
                text("mine")
                        .doc("Mine.")
                        .defaultsTo("name", vm -> vm.name().value())
                        .accept((vm, value) -> vm.name().value())
                        .define();

        @Override
        public DomainFactory factory() {
            return plain(traits -> traits.declare(NAME));
        }
    }

    static final class LeavesATrace implements DomainClassContract {
        @Override
        public DomainFactory factory() {
            return plain(
                    traits ->
                            traits.on(
                                    Lifecycle.RemoveFromDisk.class,
                                    BaseVM.class,
                                    (vm, event) ->
                                            vm.qubes()
                                                    .admin()
                                                    .features()
                                                    .set("removed", vm.uuid().toString())));
        }
    }

    static final class DoesNotStart implements DomainClassContract {
        @Override
        public DomainFactory factory() {
            return plain(
                    traits ->
                            traits.on(
                                    Lifecycle.PreStart.class,
                                    QubesVM.class,
                                    (vm, event) -> {
                                        throw new IllegalStateException("not today");
                                    }));
        }
    }

    static final class HandlerThrows implements DomainClassContract {
        @Override
        public DomainFactory factory() {
            return plain(
                    traits ->
                            traits.on(
                                    FeatureSet.class,
                                    BaseVM.class,
                                    (vm, event) -> {
                                        if (event.feature().equals("gui")) {
                                            throw new IllegalStateException("no windows");
                                        }
                                    }));
        }
    }
}
