package qubes.vm.dispvm;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import qubes.core.event.Event;
import qubes.core.event.EventPattern;
import qubes.core.event.Extension;
import qubes.core.event.FeatureDelete;
import qubes.core.event.FeaturePreSet;
import qubes.core.event.FeatureSet;
import qubes.core.event.Lifecycle;
import qubes.core.event.Preload;
import qubes.core.event.PropertyPreReset;
import qubes.core.event.PropertyPreSet;
import qubes.core.event.PropertyReset;
import qubes.core.event.PropertySet;
import qubes.core.event.Subscriptions;
import qubes.core.value.DomainName;
import qubes.core.vm.AdminVM;
import qubes.core.vm.BaseVM;
import qubes.core.vm.DisposableTemplate;
import qubes.core.vm.Globals;
import qubes.core.vm.Qubes;
import qubes.core.vm.Templates;

/**
 * What starts and stops preloading (spec dispvm.md §6), and what the features that say how may be
 * set to (§4). Handlers run under the model lock or inside an operation: what takes long they leave
 * to {@link Preloading}.
 */
@Component
public final class PreloadRules implements Extension {
    /** Seconds before outdated disposables are replaced, after their template was shut down. */
    private static final double AFTER_SHUTDOWN = 4;

    /** Seconds before they are replaced after a property changed: more may change soon. */
    private static final double AFTER_CHANGE = 30;

    private final Preloading preloading;

    @Activate
    public PreloadRules(@Reference Preloading preloading) {
        this.preloading = preloading;
    }

    @Override
    public void subscribe(Subscriptions on) {
        checkTemplates(on.forKlass(DisposableTemplate.CAPABILITY.name()));
        followTemplates(on.forKlass(DisposableTemplate.CAPABILITY.name()));
        followDom0(on.forKlass(AdminVM.TRAITS.klass()));
        followSystem(on.forApplication());
        on.after(Lifecycle.Shutdown.class, about(this::onShutdown));
    }

    private static void checkTemplates(Subscriptions templates) {
        templates.before(FeaturePreSet.of(PreloadQueue.MAXIMUM), about(PreloadChecks::maximum));
        templates.before(FeaturePreSet.of(PreloadQueue.NAMES), about(PreloadChecks::queue));
        templates.before(FeaturePreSet.of(PreloadQueue.DELAY), PreloadChecks::delay);
    }

    private void followTemplates(Subscriptions templates) {
        templates.after(Preload.Start.class, preloading::onStart);
        templates.after(Preload.Used.class, preloading::onUsed);
        templates.after(FeatureSet.of(PreloadQueue.NAMES), about(PreloadRules::announceMembers));
        templates.after(FeatureSet.of(PreloadQueue.MAXIMUM), about(this::onMaximumSet));
        templates.after(
                FeatureDelete.of(PreloadQueue.MAXIMUM),
                about(
                        (template, event) -> {
                            if (!new PreloadQueue(template).overridden()) {
                                preloading.empty(template);
                            }
                        }));
        templates.before(
                PropertyPreSet.of(DisposableTemplate.TEMPLATE_FOR_DISPVMS),
                about(
                        (template, event) -> {
                            if (event.newValue().equals(false)) {
                                emptyIfEnabled(template);
                            }
                        }));
        templates.before(
                PropertyPreReset.of(DisposableTemplate.TEMPLATE_FOR_DISPVMS),
                about((template, event) -> emptyIfEnabled(template)));
        templates.after(
                PropertySet.of(DisposableTemplate.TEMPLATE_FOR_DISPVMS),
                about(
                        (template, event) -> {
                            if (event.newValue().equals(true) && isChange(event)) {
                                fillVacancy(template, "it is a disposable template now");
                            }
                        }));
        templates.before(
                EventPattern.of(PropertyPreSet.class, "property-pre-set:template"),
                about(
                        (template, event) -> {
                            if (!event.oldValue().equals(Optional.of(event.newValue()))) {
                                preloading.empty(template);
                            }
                        }));
        templates.after(
                EventPattern.of(PropertySet.class, "property-set:template"),
                about(
                        (template, event) -> {
                            if (isChange(event)) {
                                fillVacancy(template, "its template was changed");
                            }
                        }));
        templates.after(
                PropertySet.class,
                about((template, event) -> refresh(template, event.property().name())));
        templates.after(
                PropertyReset.class,
                about((template, event) -> refresh(template, event.property().name())));
        templates.after(
                Lifecycle.RemoveFromDisk.class,
                about(
                        (template, event) ->
                                preloading.removeAll(
                                        template, new PreloadQueue(template).names())));
        templates.after(
                Lifecycle.Load.class,
                about((template, event) -> preloading.recoverLater(template)));
    }

    private void followDom0(Subscriptions dom0) {
        dom0.before(
                FeaturePreSet.of(PreloadQueue.MAXIMUM),
                event ->
                        PreloadChecks.delegated(event)
                                .ifPresent(
                                        asked ->
                                                asked.subject()
                                                        .as(BaseVM.class)
                                                        .ifPresent(vm -> vm.fire(asked))));
        dom0.before(
                FeaturePreSet.of(AvailableMemory.THRESHOLD),
                about(PreloadChecks::refuseUnlessCount));
        dom0.before(FeaturePreSet.of(PreloadQueue.DELAY), PreloadChecks::delay);
        dom0.after(
                FeatureSet.of(PreloadQueue.MAXIMUM),
                about(
                        (admin, event) -> {
                            if (!event.oldValue().equals(Optional.of(event.value()))) {
                                fillStandard(admin);
                            }
                        }));
        dom0.after(
                FeatureDelete.of(PreloadQueue.MAXIMUM),
                about((admin, event) -> fillStandard(admin)));
    }

    private void fillStandard(BaseVM admin) {
        PreloadChecks.standardTemplate(admin)
                .ifPresent(
                        template ->
                                preloading.fillLater(
                                        template, "dom0's " + PreloadQueue.MAXIMUM + " changed"));
    }

    private void followSystem(Subscriptions system) {
        system.after(
                PropertySet.of(Globals.DEFAULT_DISPVM),
                event -> onStandardTemplate(event, event.oldValue()));
        system.after(
                PropertyReset.of(Globals.DEFAULT_DISPVM),
                event -> onStandardTemplate(event, event.oldValue()));
    }

    /** The system's maximum counts for another template now. */
    private void onStandardTemplate(Event event, Optional<Object> oldValue) {
        Qubes qubes = event.subject().as(Qubes.class).orElseThrow();
        Optional<DomainName> before =
                oldValue.flatMap(value -> (Optional<?>) value).map(DomainName.class::cast);
        Optional<DomainName> after = qubes.find(Globals.DEFAULT_DISPVM).flatMap(name -> name);
        if (before.equals(after)) {
            return;
        }
        Set<DomainName> concerned = new LinkedHashSet<>();
        before.ifPresent(concerned::add);
        after.ifPresent(concerned::add);
        for (DomainName name : concerned) {
            Optional<BaseVM> template =
                    qubes.find(name).filter(vm -> vm.find(DisposableTemplate.class).isPresent());
            template.map(PreloadQueue::new)
                    .filter(queue -> queue.systemMaximum().isPresent() && queue.distinct())
                    .ifPresent(
                            queue ->
                                    preloading.fillLater(
                                            queue.template(), "default_dispvm changed"));
        }
    }

    private void onMaximumSet(BaseVM template, FeatureSet event) {
        boolean same = event.oldValue().equals(Optional.of(event.value()));
        if (!same
                && DisposableTemplate.isOne(template)
                && !new PreloadQueue(template).overridden()) {
            preloading.fillLater(template, "its " + PreloadQueue.MAXIMUM + " changed");
        }
    }

    /** Whoever came into the queue or left it is preloaded now, or not any more. */
    private static void announceMembers(BaseVM template, FeatureSet event) {
        Set<String> changed = new LinkedHashSet<>(PreloadQueue.split(event.oldValue().orElse("")));
        List<String> now = PreloadQueue.split(event.value());
        now.stream().filter(name -> !changed.remove(name)).toList().forEach(changed::add);
        PreloadQueue queue = new PreloadQueue(template);
        for (String name : changed) {
            queue.find(name)
                    .filter(vm -> vm.hasProperty(DisposableVM.IS_PRELOAD.name()))
                    .ifPresent(
                            vm ->
                                    vm.fire(
                                            new PropertyReset(
                                                    vm,
                                                    DisposableVM.IS_PRELOAD,
                                                    Optional.empty())));
        }
    }

    private void emptyIfEnabled(BaseVM template) {
        if (DisposableTemplate.isOne(template)) {
            preloading.empty(template);
        }
    }

    private void fillVacancy(BaseVM template, String reason) {
        if (DisposableTemplate.isOne(template) && new PreloadQueue(template).hasVacancy()) {
            preloading.fillLater(template, reason);
        }
    }

    private void refresh(BaseVM template, String property) {
        if (Outdated.dependsOn(property)) {
            preloading.refreshLater(template, AFTER_CHANGE);
        }
    }

    /** The volumes of a template, or of a template's template, may be others now. */
    private void onShutdown(BaseVM vm, Lifecycle.Shutdown event) {
        preloading.refreshLater(vm, AFTER_SHUTDOWN);
        Templates.basedOn(vm).forEach(child -> preloading.refreshLater(child, AFTER_SHUTDOWN));
    }

    private static boolean isChange(PropertySet event) {
        return !event.oldValue().equals(Optional.of(event.newValue()));
    }

    private static <E extends Event> Consumer<E> about(BiConsumer<BaseVM, ? super E> action) {
        return event -> event.subject().as(BaseVM.class).ifPresent(vm -> action.accept(vm, event));
    }
}
