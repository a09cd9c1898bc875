package qubes.admin.policy;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import qubes.core.admin.AdminPermission;
import qubes.core.device.AssignmentMode;
import qubes.core.device.DeviceInfo;
import qubes.core.device.DeviceInterface;
import qubes.core.device.InterfaceNames;
import qubes.core.error.PermissionDenied;
import qubes.core.event.Event;
import qubes.core.event.Extension;
import qubes.core.event.Subscriptions;
import qubes.core.event.TagAdd;
import qubes.core.value.DomainName;
import qubes.core.vm.BaseVM;
import qubes.core.vm.KlassTraits;
import qubes.core.vm.QubesVM;

/**
 * Who may do and see what, beyond what qrexec lets through (spec admin-protocol §10): some features
 * are the daemon's own, some tags are dom0's, and a qube is shown only what the policy lets it ask
 * for. A policy that cannot be read shows nothing. Devices with interfaces that a qube denies are
 * not attached to it by hand. What a qube creates gets the tags that it asks for (spec
 * qubesdb-services-extensions.md §5).
 */
@Component
public final class AdminExtension implements Extension {
    private static final String PROHIBITED = " is prohibited by qubes.ext.admin.AdminExtension";
    private static final Set<String> OWN_FEATURES =
            Set.of(
                    "deferred-netvm-original",
                    "preload-dispvm",
                    "preload-dispvm-completed",
                    "preload-dispvm-in-progress");

    private static final String CREATED_BY = "created-by-";

    /** Feature of a creator: tags of what it creates, separated by blanks. */
    private static final String CREATIONS_TAGS = "tag-created-vm-with";

    private final LivePolicy policy;

    @Activate
    public AdminExtension(@Reference LivePolicy policy) {
        this.policy = policy;
    }

    @Override
    public void subscribe(Subscriptions on) {
        before(on, "admin.vm.feature.Set", AdminExtension::refuseOwnFeature);
        before(on, "admin.vm.feature.Remove", AdminExtension::refuseOwnFeature);
        before(on, "admin.vm.tag.Set", AdminExtension::refuseCreatedBy);
        before(on, "admin.vm.tag.Remove", AdminExtension::refuseCreatedBy);
        before(on, "admin.vm.List", this::filterDomains);
        before(on, "admin.Events", this::filterEvents);
        before(on, "admin.vm.device.*.Attach", AdminExtension::refuseDenied);
        on.after(TagAdd.of(CREATED_BY + "*"), AdminExtension::tagCreated);
    }

    /** A creator may say what tags its creations get. */
    private static void tagCreated(TagAdd event) {
        BaseVM vm = (BaseVM) event.subject();
        String creator = event.tag().substring(CREATED_BY.length());
        if (!creator.isEmpty()) {
            vm.qubes()
                    .find(new DomainName(creator))
                    .map(found -> found.features().getOrDefault(CREATIONS_TAGS, ""))
                    .ifPresent(
                            tags ->
                                    Stream.of(tags.strip().split("\\s+"))
                                            .filter(tag -> !tag.isEmpty())
                                            .forEach(vm.tags()::add));
        }
    }

    /**
     * As the original, not for callers on other hosts. Of a caller whose klass is away nobody knows
     * where it is: it may no more than before.
     */
    private static void before(Subscriptions on, String method, Consumer<AdminPermission> rule) {
        on.forKlass(BaseVM.TRAITS.klass())
                .before(
                        AdminPermission.of(method),
                        request -> {
                            BaseVM source = request.subject();
                            if (filters(source)) {
                                rule.accept(request);
                            }
                        });
    }

    /** Whether the rules here are asked about calls of that domain. */
    static boolean filters(BaseVM source) {
        return !source.available() || source.isA(KlassTraits.LOCAL);
    }

    private static void refuseOwnFeature(AdminPermission request) {
        if (OWN_FEATURES.contains(request.argument())) {
            throw new PermissionDenied("changing this feature" + PROHIBITED);
        }
    }

    private static void refuseCreatedBy(AdminPermission request) {
        if (request.argument().startsWith(CREATED_BY) && request.subject().qid() != 0) {
            throw new PermissionDenied("changing this tag" + PROHIBITED);
        }
    }

    /**
     * What a user attaches by hand must have no interface that the qube denies, so all of them must
     * be known.
     */
    private static void refuseDenied(AdminPermission request) {
        BaseVM vm = request.destination();
        if (request.details().get("mode") != AssignmentMode.MANUAL
                || !vm.hasProperty(QubesVM.DEVICES_DENIED.name())) {
            return;
        }
        List<DeviceInterface> denied = vm.devices().denied();
        if (denied.isEmpty()) {
            return;
        }
        if (!(request.details().get("device") instanceof DeviceInfo device) || !device.known()) {
            throw new PermissionDenied("Could not load interfaces to verify against denied list");
        }
        DeviceInterface.firstMatching(denied, device.interfaces())
                .ifPresent(
                        banned -> {
                            throw new PermissionDenied(
                                    "Device exposes a banned interface: "
                                            + banned.text(
                                                    InterfaceNames.read(InterfaceNames.HWDATA)));
                        });
    }

    private void filterDomains(AdminPermission request) {
        BaseVM source = request.subject();
        if (source.qid() != 0) {
            String argument = "+" + request.argument();
            Party asking = party(source);
            request.keep(
                    item ->
                            item instanceof BaseVM vm
                                    && allows("admin.vm.List", argument, asking, party(vm), vm));
        }
    }

    private void filterEvents(AdminPermission request) {
        BaseVM source = request.subject();
        if (source.qid() != 0) {
            Party asking = party(source);
            request.keep(item -> item instanceof Event event && maySee(asking, source, event));
        }
    }

    /**
     * An event is about its subject or, if that is the system, about the domain it names; else
     * about dom0.
     */
    private boolean maySee(Party asking, BaseVM source, Event event) {
        String argument = "+" + event.wireName().replace(':', '_');
        if (event.subject() instanceof BaseVM vm) {
            return allows("admin.Events", argument, asking, party(vm), vm);
        }
        if (event.arguments().get("vm") instanceof BaseVM vm) {
            return allows("admin.Events", argument, asking, party(vm), vm);
        }
        BaseVM admin = source.qubes().admin();
        Party asAdmin =
                new Party(
                        new Token(Token.Kind.ADMIN, "@adminvm"),
                        Optional.of(new LiveSystem.Qube(admin)));
        return allows("admin.Events", argument, asking, asAdmin, admin);
    }

    private static Party party(BaseVM vm) {
        return Party.of(new LiveSystem.Qube(vm));
    }

    /** Only {@code allow} does: nobody is asked about each item of a list. */
    private boolean allows(
            String service, String argument, Party source, Party target, BaseVM about) {
        Policy now = policy.policy();
        SystemInfo system = new LiveSystem(about.qubes());
        return now.find(service, argument, source, target, system)
                .filter(rule -> rule.action() == Rule.Action.ALLOW)
                .map(
                        rule ->
                                new Choices(rule, source, system)
                                        .allow(rule.redirect().orElse(target.token())))
                .filter(decision -> decision instanceof Decision.Allow)
                .isPresent();
    }
}
