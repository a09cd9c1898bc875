package qubes.admin.method;

import static qubes.core.admin.MethodTraits.Destination.ADMIN_VM;
import static qubes.core.admin.MethodTraits.Pace.LONG;
import static qubes.core.admin.MethodTraits.Presence.OPTIONAL;
import static qubes.core.admin.MethodTraits.Scope.GLOBAL;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import qubes.core.admin.AdminCall;
import qubes.core.admin.AdminMethod;
import qubes.core.admin.AdminMethodName;
import qubes.core.admin.AdminReply;
import qubes.core.admin.MethodTraits;
import qubes.core.admin.NameDecoder;
import qubes.core.error.ProtocolError;
import qubes.core.error.QubesException;
import qubes.core.error.QubesVMAlreadyExistsError;
import qubes.core.error.QubesVMInUseError;
import qubes.core.error.QubesValueError;
import qubes.core.property.Property;
import qubes.core.state.DomainRecord;
import qubes.core.value.DomainName;
import qubes.core.vm.BaseVM;
import qubes.core.vm.KlassTraits;
import qubes.core.vm.NewDomain;
import qubes.core.vm.Qubes;
import qubes.core.vm.QubesVM;

/** Making and removing qubes. */
public final class CreationMethods {
    private static final MethodTraits CREATE =
            MethodTraits.execute(GLOBAL)
                    .argument(OPTIONAL)
                    .payload(OPTIONAL)
                    .to(ADMIN_VM)
                    .pace(LONG);

    private CreationMethods() {}

    /** Creates a qube of a klass; the argument names its template. */
    @Component
    @AdminMethodName(name = "admin.vm.Create.*")
    public static final class Create implements AdminMethod {
        private final Qubes qubes;

        @Activate
        public Create(@Reference Qubes qubes) {
            this.qubes = qubes;
        }

        @Override
        public MethodTraits traits() {
            return CREATE;
        }

        @Override
        public boolean covers(String klass) {
            return qubes.traits(klass).isPresent();
        }

        @Override
        public AdminReply call(AdminCall call) {
            return create(call, false);
        }
    }

    /** As {@link Create}, with a say in where the volumes live. */
    @Component
    @AdminMethodName(name = "admin.vm.CreateInPool.*")
    public static final class CreateInPool implements AdminMethod {
        private final Qubes qubes;

        @Activate
        public CreateInPool(@Reference Qubes qubes) {
            this.qubes = qubes;
        }

        @Override
        public MethodTraits traits() {
            return CREATE;
        }

        @Override
        public boolean covers(String klass) {
            return qubes.traits(klass).isPresent();
        }

        @Override
        public AdminReply call(AdminCall call) {
            return create(call, true);
        }
    }

    /** Removes a halted qube that nothing refers to. */
    @Component
    @AdminMethodName(name = "admin.vm.Remove")
    public static final class Remove implements AdminMethod {
        @Activate
        public Remove() {}

        @Override
        public MethodTraits traits() {
            return MethodTraits.execute(GLOBAL).pace(LONG);
        }

        @Override
        public AdminReply call(AdminCall call) {
            call.permit();
            BaseVM vm = call.destination();
            if (vm.qid() == 0) {
                throw new QubesVMInUseError("'dom0' cannot be removed");
            }
            if (vm.hasProperty(QubesVM.INSTALLED_BY_RPM.name())
                    && vm.get(QubesVM.INSTALLED_BY_RPM)) {
                throw new QubesVMInUseError("VM installed by package manager: " + vm);
            }
            call.qubes().remove(vm);
            return AdminReply.EMPTY;
        }
    }

    private static AdminReply create(AdminCall call, boolean pooled) {
        Qubes qubes = call.qubes();
        KlassTraits klass =
                qubes.traits(call.variant())
                        .orElseThrow(
                                () -> new ProtocolError("no such method: '" + call.method() + "'"));
        Optional<Property<?>> template = klass.property("template");
        Optional<DomainName> asked = template(call, klass, template.isPresent());
        CreationRequest request = CreationRequest.of(call, pooled);
        call.permit(details(request, asked));
        refuseWhatIsNotThere(qubes, request, asked);
        if (klass.klass().equals(DomainRecord.ADMIN_KLASS)) {
            throw new QubesException("There is one AdminVM, dom0, and no second one");
        }
        NewDomain domain =
                NewDomain.of(klass.klass(), request.name())
                        .with(BaseVM.LABEL, request.label())
                        .in(request.pool(), request.pools());
        if (template.isPresent()) {
            domain =
                    based(
                            domain,
                            template.get(),
                            asked.or(
                                    () ->
                                            qubes.find(klass.defaultTemplate())
                                                    .flatMap(name -> name)));
        }
        create(call, qubes.create(domain));
        return AdminReply.EMPTY;
    }

    private static Optional<DomainName> template(
            AdminCall call, KlassTraits klass, boolean hasTemplate) {
        if (call.argument().isEmpty()) {
            return Optional.empty();
        }
        if (!hasTemplate) {
            throw new ProtocolError(klass.klass() + " cannot be based on template");
        }
        return Optional.of(NameDecoder.domainName(call.argument()));
    }

    private static <T> NewDomain based(
            NewDomain domain, Property<T> property, Optional<DomainName> template) {
        DomainName name =
                template.orElseThrow(
                        () ->
                                new QubesValueError(
                                        "Template for the qube not specified, nor default template set."));
        return domain.with(property, property.type().parse(name.value()));
    }

    private static void create(AdminCall call, BaseVM vm) {
        try {
            vm.tags().add("created-by-" + call.source());
            if (vm instanceof QubesVM managed) {
                managed.createOnDisk();
            }
        } catch (RuntimeException | LinkageError | StackOverflowError | AssertionError e) {
            undo(call.qubes(), vm, e);
            throw e;
        }
    }

    private static void undo(Qubes qubes, BaseVM vm, Throwable cause) {
        try {
            qubes.remove(vm);
        } catch (RuntimeException | LinkageError | StackOverflowError | AssertionError e) {
            cause.addSuppressed(e);
        }
    }

    private static Map<String, Object> details(
            CreationRequest request, Optional<DomainName> template) {
        Map<String, Object> details = new LinkedHashMap<>();
        details.put("pool", request.pool());
        details.put("pools", request.pools());
        details.put("name", request.name());
        details.put("label", request.label());
        template.ifPresent(name -> details.put("template", name));
        return details;
    }

    private static void refuseWhatIsNotThere(
            Qubes qubes, CreationRequest request, Optional<DomainName> template) {
        if (qubes.find(request.name()).isPresent()) {
            throw new QubesVMAlreadyExistsError(request.name().value());
        }
        template.ifPresent(qubes::domain);
        List<String> pools = new ArrayList<>(request.pools().values());
        request.pool().ifPresent(pools::add);
        for (String pool : pools) {
            if (qubes.pools().find(pool).isEmpty()) {
                throw new QubesException("Unknown storage pool " + pool);
            }
        }
    }
}
