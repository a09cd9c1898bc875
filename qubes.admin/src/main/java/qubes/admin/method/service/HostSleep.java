package qubes.admin.method.service;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import qubes.core.error.QubesException;
import qubes.core.value.DomainName;
import qubes.core.vm.BaseVM;
import qubes.core.vm.Disposables;
import qubes.core.vm.Features;
import qubes.core.vm.PowerState;
import qubes.core.vm.Qubes;
import qubes.core.vm.QubesVM;

/**
 * Puts all running qubes to sleep before the host sleeps, and wakes those afterwards that it put to
 * sleep (spec qubesdb-services-extensions.md §8). Which were paused before is kept in a file, so
 * that the daemon may be started anew in between. The services that qubes run at that time are not
 * called: that takes qrexec.
 */
@Component(service = HostSleep.class, configurationPid = "qubes.admin")
public final class HostSleep {
    /** What the sockets' configuration says, and is wanted here too. */
    public @interface Config {
        /** Folder of the sockets, and of what else is there while the daemon runs. */
        String socket_dir() default "/var/run";
    }

    private static final Logger log = LoggerFactory.getLogger(HostSleep.class);

    private final Path pausedBefore;
    private volatile @Nullable Disposables disposables;

    @Activate
    public HostSleep(Config config) {
        this.pausedBefore =
                Path.of(config.socket_dir(), "qubes", "previously-paused.list").toAbsolutePath();
    }

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void bindDisposables(Disposables arrived) {
        disposables = arrived;
    }

    void unbindDisposables(Disposables left) {
        if (disposables == left) {
            disposables = null;
        }
    }

    /**
     * Drops what is preloaded, notes which qubes are paused and suspends the other running ones.
     * Blocks.
     *
     * @throws QubesException if the note cannot be written, or naming the qubes that failed
     */
    void begin(Qubes qubes) {
        forPreloadTemplates(qubes, Disposables::empty);
        List<String> paused =
                guests(qubes).filter(HostSleep::asleep).map(BaseVM::subjectName).toList();
        note(paused);
        List<QubesVM> awake =
                guests(qubes)
                        .filter(vm -> vm.isRunning() && !paused.contains(vm.subjectName()))
                        .toList();
        skipService("qubes.SuspendPreAll", awake);
        onAll(qubes, "suspend", awake, QubesVM::suspend);
    }

    /**
     * Resumes every paused or suspended qube that was not so before, and has disposables preloaded
     * again. Blocks.
     *
     * @throws QubesException naming the qubes that failed
     */
    void end(Qubes qubes) {
        Set<String> before = noted();
        List<QubesVM> asleep =
                guests(qubes)
                        .filter(vm -> asleep(vm) && !before.contains(vm.subjectName()))
                        .toList();
        try {
            onAll(qubes, "resume", asleep, QubesVM::resume);
            skipService("qubes.SuspendPostAll", asleep);
        } finally {
            forPreloadTemplates(
                    qubes, (source, template) -> source.fill(template, "system resumed"));
        }
    }

    private interface OnTemplate {
        void act(Disposables source, BaseVM template);
    }

    /** One template's trouble is not the host's. */
    private void forPreloadTemplates(Qubes qubes, OnTemplate action) {
        Disposables known = disposables;
        if (known == null) {
            return;
        }
        for (DomainName name : known.preloadTemplates(qubes).keySet()) {
            try {
                qubes.find(name).ifPresent(template -> action.act(known, template));
            } catch (QubesException e) {
                log.warn("{}: preloaded disposables are left alone: {}", name, e.getMessage());
            }
        }
    }

    private static Stream<QubesVM> guests(Qubes qubes) {
        return qubes.domains().stream()
                .filter(BaseVM::available)
                .flatMap(vm -> vm.as(QubesVM.class).stream());
    }

    private static boolean asleep(BaseVM vm) {
        return vm.powerState() == PowerState.PAUSED || vm.powerState() == PowerState.SUSPENDED;
    }

    private static void skipService(String service, List<QubesVM> vms) {
        for (QubesVM vm : vms) {
            if (Features.meansTrue(vm.features().checkWithTemplate("qrexec", ""))) {
                log.warn("{}: service {} is not run, this daemon has no qrexec", vm, service);
            }
        }
    }

    private void note(List<String> names) {
        try {
            Files.createDirectories(pausedBefore.getParent());
            Files.writeString(pausedBefore, String.join("\n", names));
        } catch (IOException e) {
            throw new QubesException(
                    "Which qubes are paused cannot be noted, so none is suspended; see the log", e);
        }
    }

    private Set<String> noted() {
        try {
            Set<String> names = Set.copyOf(Files.readAllLines(pausedBefore));
            Files.delete(pausedBefore);
            return names;
        } catch (NoSuchFileException e) {
            log.info("Nobody noted which qubes were paused before");
        } catch (IOException e) {
            log.warn("Which qubes were paused before cannot be read", e);
        }
        return Set.of();
    }

    /** At the same time; all are tried. One that stopped meanwhile is done with. */
    private static void onAll(
            Qubes qubes, String verb, List<QubesVM> vms, Consumer<QubesVM> action) {
        Map<QubesVM, Future<?>> running = new LinkedHashMap<>();
        vms.forEach(vm -> running.put(vm, qubes.executor().submit(() -> action.accept(vm))));
        List<String> failures = new ArrayList<>();
        running.forEach(
                (vm, future) -> {
                    try {
                        future.get();
                    } catch (ExecutionException e) {
                        log.warn("{}: failed to {}", vm, verb, e.getCause());
                        if (vm.available() && vm.isRunning()) {
                            failures.add(reason(e.getCause()));
                        }
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                        failures.add(vm + ": interrupted");
                    }
                });
        if (!failures.isEmpty()) {
            throw new QubesException(
                    "Failed to " + verb + " some qubes: \n" + String.join("\n", failures));
        }
    }

    private static String reason(@Nullable Throwable cause) {
        return cause instanceof QubesException && cause.getMessage() != null
                ? cause.getMessage()
                : "internal error";
    }
}
