package qubes.vm.dispvm;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import qubes.core.error.QubesException;
import qubes.core.value.DomainName;
import qubes.core.vm.BaseVM;
import qubes.core.vm.DisposableTemplate;
import qubes.core.vm.Disposables;
import qubes.core.vm.Qubes;
import qubes.core.vm.QubesVM;

/** Gives whoever asks a disposable: a preloaded one if there is one, else a new one. */
@Component
public final class DisposablesImpl implements Disposables {
    private static final Logger log = LoggerFactory.getLogger(DisposablesImpl.class);

    /** What is outdated or failed goes after a moment, out of the way of who asked. */
    private static final Duration SOON = Duration.ofSeconds(2);

    private final Preloading preloading;

    @Activate
    public DisposablesImpl(@Reference Preloading preloading) {
        this.preloading = preloading;
    }

    @Override
    public Optional<QubesVM> create(BaseVM template, boolean preload) {
        refuseUnlessTemplate(template);
        if (preload) {
            return preloading.preload(template).map(vm -> vm);
        }
        Optional<DisposableVM> ready = request(template);
        if (ready.isPresent()) {
            return ready.map(vm -> vm);
        }
        DisposableVM made = Preloading.add(template);
        Preloading.orRemoved(made, made::createOnDisk);
        return Optional.of(made);
    }

    private static void refuseUnlessTemplate(BaseVM template) {
        if (!DisposableTemplate.isOne(template)) {
            throw new QubesException(
                    "No disposable can be made from "
                            + template
                            + ": template_for_dispvms is not set");
        }
    }

    /**
     * A preloaded disposable for somebody who asks now, if there is one that can be handed over.
     */
    private Optional<DisposableVM> request(BaseVM template) {
        preloading.fillGap(template, "there is a gap before a disposable is asked for");
        Optional<DisposableVM> taken = take(template);
        if (taken.isEmpty()) {
            log.info("{}: no disposable of it is preloaded", template);
            preloading.fillGap(template, "there is no preloaded disposable to hand over");
            return Optional.empty();
        }
        DisposableVM vm = taken.get();
        try {
            if (vm.preloaded().handOver()) {
                return taken;
            }
        } catch (QubesException e) {
            log.warn("{} cannot be handed over: {}", vm, e.getMessage());
        }
        preloading.cleanUpAfter(SOON, vm);
        return Optional.empty();
    }

    private Optional<DisposableVM> take(BaseVM template) {
        PreloadQueue queue = new PreloadQueue(template);
        for (String name : queue.names()) {
            if (queue.find(name).orElse(null) instanceof DisposableVM vm) {
                Map<String, List<String>> outdated = Outdated.of(vm);
                if (!outdated.isEmpty()) {
                    log.warn("{} is outdated: {}", vm, outdated);
                    queue.remove(name);
                    preloading.cleanUpAfter(SOON, vm);
                } else if (vm.preloaded().request()) {
                    return Optional.of(vm);
                }
            }
        }
        return Optional.empty();
    }

    @Override
    public void fill(BaseVM template, String reason) {
        refuseUnlessTemplate(template);
        preloading.fill(template, reason);
    }

    @Override
    public void empty(BaseVM template) {
        preloading.empty(template);
    }

    @Override
    public Map<String, List<String>> outdated(BaseVM vm) {
        return vm instanceof DisposableVM disposable ? Outdated.of(disposable) : Map.of();
    }

    @Override
    public Map<DomainName, Integer> preloadTemplates(Qubes qubes) {
        Map<DomainName, Integer> found = new LinkedHashMap<>();
        for (BaseVM vm : qubes.domains()) {
            if (vm.isA("AppVM") && DisposableTemplate.isOne(vm)) {
                PreloadQueue queue = new PreloadQueue(vm);
                if (queue.maximum() > 0) {
                    found.put(vm.name(), queue.maximum());
                }
            }
        }
        return found;
    }
}
