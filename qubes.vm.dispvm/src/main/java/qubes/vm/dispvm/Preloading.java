package qubes.vm.dispvm;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import qubes.core.error.QubesException;
import qubes.core.event.Event;
import qubes.core.event.Preload;
import qubes.core.hypervisor.Hypervisor;
import qubes.core.value.DomainName;
import qubes.core.vm.BaseVM;
import qubes.core.vm.DisposableTemplate;
import qubes.core.vm.NewDomain;
import qubes.core.vm.PreloadedGuest;
import qubes.core.vm.Qubes;
import qubes.core.vm.Templates;

/**
 * Keeps the queues of preloaded disposables filled and fresh (spec dispvm.md §5, §7). It remembers
 * nothing: queues are features of their templates, the rest is in the disposables.
 */
@Component(service = Preloading.class)
public final class Preloading {
    private static final Logger log = LoggerFactory.getLogger(Preloading.class);

    /** Seconds before a gap is filled that was found when somebody asked. */
    private static final double LEAST_GAP = 5;

    /** Longer delays are cut: so many seconds are years. */
    private static final double MOST_SECONDS = 1e9;

    private static final Duration LOOK_AGAIN = Duration.ofSeconds(1);
    private static final String RECOVERING = "Recovering preloaded disposables";

    private static final PreloadedGuest SILENT = new SilentGuest();

    private final Later later;
    private final AvailableMemory memory = new AvailableMemory();
    private volatile PreloadedGuest guest = SILENT;
    private final ReentrantLock marking = new ReentrantLock(); // before the model lock

    /**
     * @param clock tells when a delay is over; absent: a clock of its own
     */
    @Activate
    public Preloading(
            @Reference(
                            cardinality = ReferenceCardinality.OPTIONAL,
                            target = "(qubes.clock=preloading)")
                    @Nullable ScheduledExecutorService clock) {
        this.later = clock == null ? new Later() : new Later(clock);
    }

    /** Forgets what was to happen later; disposables stay as they are. */
    @Deactivate
    void close() {
        later.close();
    }

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void bindGuest(PreloadedGuest arrived) {
        guest = arrived;
    }

    void unbindGuest(PreloadedGuest left) {
        if (guest == left) {
            guest = SILENT;
        }
    }

    /** Whom to ask about a guest now. */
    PreloadedGuest guest() {
        return guest;
    }

    /** A new disposable of that template, in memory. */
    static DisposableVM add(BaseVM template) {
        NewDomain asked =
                new NewDomain(
                        DisposableVM.TRAITS.klass(),
                        Optional.empty(),
                        Map.of(
                                DisposableVM.TEMPLATE,
                                template.name(),
                                DisposableVM.AUTO_CLEANUP,
                                true),
                        Optional.empty(),
                        Map.of());
        return (DisposableVM) template.qubes().create(asked);
    }

    /** Makes and starts one more for the queue; absent if it is full. Blocks. */
    Optional<DisposableVM> preload(BaseVM template) {
        Optional<DisposableVM> marked = addMarked(template);
        marked.ifPresent(
                vm ->
                        orRemoved(
                                vm,
                                () -> {
                                    vm.createOnDisk();
                                    if (vm.preloaded().isOne()) {
                                        vm.start();
                                    }
                                }));
        marked.filter(vm -> !vm.preloaded().isCompleted())
                .ifPresent(vm -> vm.cleanUp(true)); // it was taken out of the queue meanwhile
        return marked.filter(BaseVM::available);
    }

    /** Runs a step of making {@code vm}; if it fails, nothing is left. */
    static void orRemoved(DisposableVM vm, Runnable step) {
        try {
            step.run();
        } catch (RuntimeException e) {
            vm.cleanUp(true);
            throw e;
        }
    }

    /** One at a time: two that see the same vacancy would be one too many. */
    private Optional<DisposableVM> addMarked(BaseVM template) {
        marking.lock();
        try {
            if (!new PreloadQueue(template).hasVacancy()) {
                log.warn("{}: no more disposables are preloaded, as many as may be are", template);
                return Optional.empty();
            }
            DisposableVM vm = add(template);
            orRemoved(vm, vm.preloaded()::mark);
            return Optional.of(vm);
        } finally {
            marking.unlock();
        }
    }

    /** Asks for the queue to be filled if there is a gap that is worth it. */
    void fillGap(BaseVM template, String reason) {
        PreloadQueue queue = new PreloadQueue(template);
        double delay = queue.delaySeconds();
        if (queue.hasVacancy() && (delay >= 0 || queue.names().isEmpty())) {
            announce(template, Preload.Start.after(template, reason, Math.max(LEAST_GAP, delay)));
        }
    }

    /** A preloaded disposable is used: another one takes its place. */
    void used(BaseVM template, DisposableVM vm) {
        PreloadQueue queue = new PreloadQueue(template);
        double delay = queue.delaySeconds();
        if (delay >= 0 || queue.names().isEmpty()) {
            announce(template, new Preload.Used(template, vm, delay));
        }
    }

    /** Fires the request to fill the template's queue (spec dispvm.md §5.5). */
    void fill(BaseVM template, String reason) {
        fire(template, Preload.Start.now(template, reason));
    }

    /** As {@link #fill}, once the change that is being made now is complete. */
    void fillLater(BaseVM template, String reason) {
        later.now(
                template.qubes(),
                template + ": filling the queue",
                () -> announce(template, Preload.Start.now(template, reason)));
    }

    /** Nobody asked for it who could be told that it is refused. */
    private static void announce(BaseVM template, Event event) {
        try {
            fire(template, event);
        } catch (QubesException e) {
            log.warn("{}: its queue is not filled: {}", template, e.getMessage());
        }
    }

    /** Under the model lock: whoever hears the event hears it before what it leads to. */
    private static void fire(BaseVM template, Event event) {
        template.find(DisposableTemplate.class)
                .ifPresent(capability -> capability.write(() -> template.fire(event)));
    }

    /** Handler of the request to fill a queue. */
    void onStart(Preload.Start event) {
        log.info("{}: preloading, {}", event.subject(), event.reason());
        fillAfter(event.subject().as(BaseVM.class), event.delaySeconds().orElse(0.0));
    }

    /** Handler of the news that a preloaded disposable is used. */
    void onUsed(Preload.Used event) {
        log.info("{}: preloading, {} is used", event.subject(), event.dispvm());
        fillAfter(event.subject().as(BaseVM.class), event.delaySeconds());
    }

    private void fillAfter(Optional<BaseVM> subject, double delay) {
        subject.ifPresent(
                template -> {
                    PreloadChecks.refuseWithoutServices(template);
                    later.after(
                            seconds(Math.abs(delay)),
                            template.qubes(),
                            template + ": filling the queue",
                            () -> fillNow(template.name(), template.qubes()));
                });
    }

    /**
     * The disposable template of that name, once what changes the model now is done; absent if it
     * is none any more, or its klass is away.
     */
    private static Optional<BaseVM> afterChange(Qubes qubes, DomainName name) {
        Optional<BaseVM> found =
                qubes.find(name).filter(vm -> vm.available() && DisposableTemplate.isOne(vm));
        found.flatMap(vm -> vm.find(DisposableTemplate.class))
                .ifPresent(capability -> capability.write(() -> {}));
        return found;
    }

    private static Duration seconds(double seconds) {
        return Duration.ofMillis(Math.round(1000 * Math.min(seconds, MOST_SECONDS)));
    }

    private void fillNow(DomainName name, Qubes qubes) {
        Optional<BaseVM> found = afterChange(qubes, name);
        if (found.isEmpty()) {
            return;
        }
        BaseVM template = found.get();
        PreloadQueue queue = new PreloadQueue(template);
        if (!queue.hasVacancy()) {
            removeExcess(template, queue.maximum());
        }
        int wanted = queue.maximum() - queue.names().size();
        int possible = wanted <= 0 ? 0 : memory.enoughFor(template, wanted);
        if (possible < wanted) {
            log.info("{}: {} of {} disposables are preloaded", template, possible, wanted);
        }
        for (int i = 0; i < possible; i++) {
            later.now(
                    template.qubes(),
                    template + ": preloading a disposable",
                    () -> preload(template));
        }
    }

    /** Drops the whole queue; what is dropped is removed elsewhere. */
    void empty(BaseVM template) {
        removeExcess(template, 0);
    }

    /** Keeps the oldest of the queue; the others are removed elsewhere. */
    void removeExcess(BaseVM template, int most) {
        PreloadQueue queue = new PreloadQueue(template);
        for (String name : queue.keepFirst(most)) {
            if (queue.find(name).orElse(null) instanceof DisposableVM vm) {
                cleanUpAfter(Duration.ZERO, vm);
            }
        }
    }

    /** Removes a disposable that left its queue, elsewhere. */
    void cleanUpAfter(Duration delay, DisposableVM vm) {
        later.after(delay, vm.qubes(), vm + ": removing it", () -> vm.cleanUp(false));
    }

    /**
     * The template is gone: so are the disposables preloaded of it. Blocks.
     *
     * @param names what was in its queue
     */
    void removeAll(BaseVM template, List<String> names) {
        PreloadQueue queue = new PreloadQueue(template);
        for (String name : names) {
            if (queue.find(name).orElse(null) instanceof DisposableVM vm) {
                vm.cleanUp(true);
            }
        }
    }

    /** Replaces the preloaded disposables that are outdated; looks at them elsewhere. */
    void refreshLater(BaseVM template, double delay) {
        if (!DisposableTemplate.isOne(template) || new PreloadQueue(template).names().isEmpty()) {
            return;
        }
        later.now(
                template.qubes(),
                template + ": refreshing the queue",
                () -> refresh(template, delay));
    }

    private void refresh(BaseVM template, double delay) {
        if (afterChange(template.qubes(), template.name()).isEmpty()) {
            return;
        }
        PreloadQueue queue = new PreloadQueue(template);
        boolean any = false;
        for (String name : queue.names()) {
            if (queue.find(name).orElse(null) instanceof DisposableVM vm) {
                Map<String, List<String>> outdated = Outdated.of(vm);
                if (!outdated.isEmpty()) {
                    log.info("{} is outdated: {}", vm, outdated);
                    queue.remove(name);
                    cleanUpAfter(Duration.ZERO, vm);
                    any = true;
                }
            }
        }
        if (any) {
            announce(
                    template,
                    Preload.Start.after(template, "disposables of it were outdated", delay));
        }
    }

    /** As {@link #recover}, elsewhere. */
    void recoverLater(BaseVM template) {
        if (DisposableTemplate.isOne(template)) {
            later.now(
                    template.qubes(), template + ": recovering the queue", () -> recover(template));
        }
    }

    /**
     * What the daemon left half done when it stopped is removed; what waited still waits. Without a
     * connection to the hypervisor nobody knows what runs: then only names of domains that are not
     * there are dropped. Blocks.
     */
    private void recover(BaseVM template) {
        PreloadQueue queue = new PreloadQueue(template);
        queue.keepExisting();
        if (!online(template.qubes())) {
            return;
        }
        for (BaseVM child : Templates.basedOn(template)) {
            if (child instanceof DisposableVM vm && isLeftOver(vm)) {
                log.info("{} was left over, it is removed", vm);
                queue.remove(vm.subjectName());
                vm.cleanUp(true);
            }
        }
    }

    private static boolean isLeftOver(DisposableVM vm) {
        return !vm.preloaded().underWay()
                && ((!vm.isRunning() && vm.preloaded().isCompleted())
                        || vm.features().isTrue(Preloaded.IN_PROGRESS));
    }

    /**
     * Recovers all queues once the hypervisor is connected and the system uses it. Does not block.
     *
     * @param over true when there is nothing to wait for any more
     */
    void recoverAll(Qubes qubes, BooleanSupplier over) {
        later.now(qubes, RECOVERING, () -> recoverAllNow(qubes, over));
    }

    private void recoverAllNow(Qubes qubes, BooleanSupplier over) {
        if (over.getAsBoolean()) {
            return;
        }
        if (online(qubes)) {
            qubes.domains().stream().filter(DisposableTemplate::isOne).forEach(this::recover);
        } else {
            later.after(LOOK_AGAIN, qubes, RECOVERING, () -> recoverAllNow(qubes, over));
        }
    }

    private static boolean online(Qubes qubes) {
        return qubes.findHypervisor().filter(Hypervisor::connected).isPresent();
    }
}
