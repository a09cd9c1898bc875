package qubes.testkit.vm;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import qubes.core.state.SystemState;
import qubes.core.vm.BaseVM;
import qubes.core.vm.DomainContext;
import qubes.core.vm.DomainFactory;
import qubes.core.vm.KlassTraits;
import qubes.core.vm.NewDomain;
import qubes.core.vm.Qubes;
import qubes.testkit.Waiting;

/** Watches over a factory: it must neither wait nor change the model. */
final class WatchedFactory implements DomainFactory {
    private final DomainFactory factory;
    private final List<String> complaints = new CopyOnWriteArrayList<>();
    private final AtomicInteger made = new AtomicInteger();

    WatchedFactory(DomainFactory factory) {
        this.factory = factory;
    }

    /** Forgets what happened when all was new: classes are loaded then, which may wait. */
    void begin() {
        complaints.removeIf(complaint -> complaint.endsWith(" waits"));
        made.set(0);
    }

    List<String> complaints() {
        return List.copyOf(complaints);
    }

    int made() {
        return made.get();
    }

    @Override
    public KlassTraits traits() {
        return factory.traits();
    }

    @Override
    public NewDomain prepare(Qubes qubes, NewDomain asked) {
        return watched("prepare", qubes, () -> factory.prepare(qubes, asked));
    }

    @Override
    public BaseVM create(DomainContext context) {
        made.incrementAndGet();
        return watched("create", context.qubes(), () -> factory.create(context));
    }

    private <T> T watched(String what, Qubes qubes, Supplier<T> action) {
        SystemState state = qubes.state();
        long waits = Waiting.soFar();
        T result = action.get();
        if (Waiting.soFar() != waits) {
            complaints.add(what + " waits");
        }
        if (qubes.state() != state) {
            complaints.add(what + " changes the model");
        }
        return result;
    }
}
