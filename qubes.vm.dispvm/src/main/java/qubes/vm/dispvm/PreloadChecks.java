package qubes.vm.dispvm;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import qubes.core.error.QubesValueError;
import qubes.core.error.Repr;
import qubes.core.event.FeaturePreSet;
import qubes.core.value.DomainName;
import qubes.core.vm.BaseVM;
import qubes.core.vm.Features;
import qubes.core.vm.Globals;

/** What the features that say how to preload may be set to (spec dispvm.md §4). */
final class PreloadChecks {
    /** Features by which a template promises the services that preloading waits for. */
    private static final List<String> SERVICES =
            List.of(
                    "supported-rpc.qubes.WaitForRunningSystem",
                    "supported-rpc.qubes.WaitForSession");

    private PreloadChecks() {}

    /** The maximum of a template, by its own feature or by dom0's. */
    static void maximum(BaseVM template, FeaturePreSet event) {
        if (!promises(template, "qrexec")) {
            throw new QubesValueError(
                    "Qube does not support preloading: "
                            + template
                            + " needs the feature qrexec, of its own or of its template");
        }
        refuseWithoutServices(template);
        refuseUnlessCount(template, event);
    }

    /**
     * Preloading needs the guest to say when it is ready.
     *
     * @throws QubesValueError if it does not promise to
     */
    static void refuseWithoutServices(BaseVM template) {
        for (String service : SERVICES) {
            if (!promises(template, service)) {
                throw new QubesValueError(
                        "Qube does not support preloading: "
                                + template
                                + " needs the feature "
                                + service
                                + ", of its own or of its template");
            }
        }
    }

    /**
     * The system's maximum counts for the system's disposable template: that must allow it.
     *
     * @return what that template's handlers are to be asked
     */
    static Optional<FeaturePreSet> delegated(FeaturePreSet event) {
        if (event.oldValue().equals(Optional.of(event.value()))) {
            return Optional.empty();
        }
        return event.subject()
                .as(BaseVM.class)
                .flatMap(PreloadChecks::standardTemplate)
                .map(
                        template ->
                                new FeaturePreSet(
                                        template,
                                        event.feature(),
                                        event.value(),
                                        event.oldValue()));
    }

    /** The system's default_dispvm. */
    static Optional<BaseVM> standardTemplate(BaseVM any) {
        Optional<DomainName> name = any.qubes().find(Globals.DEFAULT_DISPVM).flatMap(own -> own);
        return name.flatMap(any.qubes()::find);
    }

    /** Digits, or the empty text for zero. */
    static void refuseUnlessCount(BaseVM vm, FeaturePreSet event) {
        if (!PreloadNumbers.isCount(event.value())) {
            throw new QubesValueError(
                    "Invalid "
                            + event.feature()
                            + " value of "
                            + vm
                            + ": only digits are allowed, not "
                            + Repr.quote(event.value()));
        }
    }

    /** Seconds; what the feature was set to already may stay. */
    static void delay(FeaturePreSet event) {
        boolean same = event.oldValue().equals(Optional.of(event.value()));
        if (!same && PreloadNumbers.seconds(event.value()).isEmpty()) {
            throw new QubesValueError(
                    "Invalid "
                            + event.feature()
                            + " value of "
                            + event.subject().subjectName()
                            + ": a number of seconds is needed, not "
                            + Repr.quote(event.value()));
        }
    }

    /** The queue of a template (spec dispvm.md §4.1). */
    static void queue(BaseVM template, FeaturePreSet event) {
        List<String> before = PreloadQueue.split(event.oldValue().orElse(""));
        List<String> after = PreloadQueue.split(event.value());
        if (after.isEmpty() || sorted(after).equals(sorted(before))) {
            return;
        }
        PreloadQueue queue = new PreloadQueue(template);
        int most = Math.max(queue.maximum(), before.size());
        if (after.size() > most) {
            throw invalid(
                    template, "at most " + most + " disposables may be in it, not " + after.size());
        }
        Set<String> once = new HashSet<>();
        for (String name : after) {
            if (!once.add(name)) {
                throw invalid(template, Repr.quote(name) + " is in it more than once");
            }
        }
        for (String name : after) {
            if (!before.contains(name) && !isDisposableOf(queue, name)) {
                throw invalid(
                        template, Repr.quote(name) + " is no disposable of " + template.name());
            }
        }
    }

    private static QubesValueError invalid(BaseVM template, String reason) {
        return new QubesValueError(
                "Invalid " + PreloadQueue.NAMES + " value of " + template + ": " + reason);
    }

    private static boolean isDisposableOf(PreloadQueue queue, String name) {
        return queue.find(name)
                .flatMap(BaseVM::template)
                .filter(template -> template == queue.template())
                .isPresent();
    }

    private static List<String> sorted(List<String> names) {
        return names.stream().sorted().toList();
    }

    private static boolean promises(BaseVM vm, String feature) {
        return vm.features().findWithTemplate(feature).filter(Features::meansTrue).isPresent();
    }
}
