package qubes.admin.policy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
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
@Component(configurationPid = "qubes.admin.policy")
@Designate(ocd = AdminExtension.Config.class)
public final class AdminExtension implements Extension {
    /** Where the policy is. */
    @ObjectClassDefinition(name = "Qubes Admin API policy")
    public @interface Config {
        @AttributeDefinition(
                name = "Policy",
                description =
                        "Folders of the qrexec policy; a file hides its namesakes in later ones")
        String[] policy_dirs() default {"/run/qubes/policy.d", "/etc/qubes/policy.d"};

        @AttributeDefinition(
                name = "Old policy",
                description = "Folder of policy files of the old syntax")
        String policy_legacy_dir() default "/etc/qubes-rpc/policy";
    }

    private static final Logger log = LoggerFactory.getLogger(AdminExtension.class);
    private static final long LOOK_AGAIN_NANOS = TimeUnit.SECONDS.toNanos(1);
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

    private final List<Path> directories;
    private final Path legacy;
    private @Nullable Policy policy; // this and the next: guarded by this
    private long lookedNanos;

    @Activate
    public AdminExtension(Config config) {
        this.directories = Stream.of(config.policy_dirs()).map(Path::of).toList();
        this.legacy = Path.of(config.policy_legacy_dir());
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
                            if (!source.available() || source.isA(KlassTraits.LOCAL)) {
                                rule.accept(request);
                            }
                        });
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
            request.keep(
                    item ->
                            item instanceof BaseVM vm
                                    && allows("admin.vm.List", argument, source, vm, false));
        }
    }

    private void filterEvents(AdminPermission request) {
        BaseVM source = request.subject();
        if (source.qid() != 0) {
            request.keep(item -> item instanceof Event event && maySee(source, event));
        }
    }

    /**
     * An event is about its subject or, if that is the system, about the domain it names; else
     * about dom0.
     */
    private boolean maySee(BaseVM source, Event event) {
        String argument = "+" + event.wireName().replace(':', '_');
        if (event.subject() instanceof BaseVM vm) {
            return allows("admin.Events", argument, source, vm, false);
        }
        return event.arguments().get("vm") instanceof BaseVM vm
                ? allows("admin.Events", argument, source, vm, false)
                : allows("admin.Events", argument, source, source.qubes().admin(), true);
    }

    private boolean allows(
            String service, String argument, BaseVM source, BaseVM target, boolean asAdmin) {
        return policy().allows(service, argument, source, target, asAdmin);
    }

    /**
     * Looks for changes once a second at most; a policy that cannot be read allows nothing until it
     * is mended.
     */
    private synchronized Policy policy() {
        Policy known = policy;
        long now = System.nanoTime();
        if (known == null || now - lookedNanos > LOOK_AGAIN_NANOS) {
            lookedNanos = now;
            known = look(known);
            policy = known;
        }
        return known;
    }

    private Policy look(@Nullable Policy known) {
        try {
            return known != null && known.upToDate()
                    ? known
                    : PolicyReader.read(directories, legacy);
        } catch (IOException | PolicySyntaxError e) {
            log.error(
                    "Qubes are shown nothing, since the policy cannot be read: {}", e.getMessage());
            return Policy.unreadable();
        }
    }
}
