package qubes.core.internal.system;

import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import qubes.core.error.QubesException;
import qubes.core.error.QubesVMAlreadyExistsError;
import qubes.core.error.QubesVMInUseError;
import qubes.core.error.QubesVMNotFoundError;
import qubes.core.error.QubesVMNotHaltedError;
import qubes.core.error.QubesValueError;
import qubes.core.error.Repr;
import qubes.core.event.Lifecycle;
import qubes.core.event.Membership;
import qubes.core.hypervisor.GuestState;
import qubes.core.property.Property;
import qubes.core.property.PropertyType;
import qubes.core.state.DomainRecord;
import qubes.core.state.StoredValue;
import qubes.core.state.SystemState;
import qubes.core.value.DomainName;
import qubes.core.vm.BaseVM;
import qubes.core.vm.DomainContext;
import qubes.core.vm.DomainFactory;
import qubes.core.vm.Globals;
import qubes.core.vm.NewDomain;
import qubes.core.vm.QubesVM;

/** How domains come into the system and leave it. */
final class DomainLife {
    private static final Logger log = LoggerFactory.getLogger(DomainLife.class);

    /** Properties that a record is made with. */
    private static final Set<Property<?>> IDENTITY =
            Set.of(BaseVM.NAME, BaseVM.QID, BaseVM.UNIQUE_ID);

    private final QubesSystem system;
    private final LiveDomains live;

    DomainLife(QubesSystem system, LiveDomains live) {
        this.system = system;
        this.live = live;
    }

    BaseVM create(Klasses klasses, NewDomain asked) {
        BaseVM[] made = new BaseVM[1];
        system.model()
                .write(
                        () -> {
                            DomainFactory factory = klasses.get(asked.klass()); // does not go now
                            made[0] = register(factory, factory.prepare(system, asked));
                        });
        BaseVM vm = made[0];
        if (vm instanceof QubesVM managed) {
            try {
                managed.storage().plan(asked.pool(), asked.pools());
            } catch (RuntimeException | LinkageError | StackOverflowError | AssertionError e) {
                unregister(vm);
                throw e;
            }
        }
        log.info("{} created, klass {}", vm.name(), vm.klass());
        return vm;
    }

    private BaseVM register(DomainFactory factory, NewDomain wanted) {
        LiveDomains.Live domain =
                live.construct(factory, identity(factory.traits().klass(), wanted));
        BaseVM vm = domain.vm();
        DomainContext context = domain.context();
        applyTemplate(factory, wanted, vm, context);
        wanted.values()
                .forEach(
                        (property, value) -> {
                            if (!IDENTITY.contains(property)) {
                                assign(vm, context, property, value);
                            }
                        });
        if (vm instanceof QubesVM && !system.get(Globals.CHECK_UPDATES_VM)) {
            context.update(record -> record.withFeature("check-updates", Optional.of("")));
        }
        system.fireInside(new Lifecycle.Init(vm));
        system.model().update(state -> state.withAdded(context.record()));
        live.put(domain);
        system.fire(new Membership.DomainAdd(system, vm));
        return vm;
    }

    /** Name, qid and uuid: those asked for, else the lowest free qid and a random uuid. */
    private DomainRecord identity(String klass, NewDomain wanted) {
        DomainName name =
                wanted.name()
                        .or(() -> wanted.value(BaseVM.NAME))
                        .orElseThrow(
                                () ->
                                        new QubesException(
                                                "A domain of klass " + klass + " needs a name"));
        if (system.state().domain(name) != null) {
            throw new QubesVMAlreadyExistsError(name.value());
        }
        int qid = wanted.value(BaseVM.QID).map(this::freeQid).orElseGet(this::lowestFreeQid);
        UUID uuid = wanted.value(BaseVM.UNIQUE_ID).orElseGet(UUID::randomUUID);
        if (system.state().domain(uuid) != null) {
            throw new IllegalArgumentException("uuid " + uuid + " is taken");
        }
        return DomainRecord.create(qid, name, uuid, klass);
    }

    private int freeQid(int qid) {
        if (qid < 0 || qid > SystemState.MAX_QID) {
            throw new IllegalArgumentException(
                    "a qid is from 0 to " + SystemState.MAX_QID + ", not " + qid);
        }
        if (system.state().domain(qid) != null) {
            throw new IllegalArgumentException("qid " + qid + " is taken");
        }
        return qid;
    }

    private int lowestFreeQid() {
        return system.state()
                .freeQid()
                .orElseThrow(
                        () ->
                                new NoSuchElementException(
                                        "no qid is free: there are as many domains as there can be"));
    }

    /** A klass with a template takes the system's default, unless another is asked for. */
    private void applyTemplate(
            DomainFactory factory, NewDomain wanted, BaseVM vm, DomainContext context) {
        Optional<Property<?>> template = factory.traits().property("template");
        if (template.isEmpty() || wanted.values().containsKey(template.get())) {
            return;
        }
        DomainName standard =
                system.find(factory.traits().defaultTemplate())
                        .flatMap(name -> name)
                        .orElseThrow(
                                () ->
                                        new QubesValueError(
                                                "Template for the qube not specified, nor default template set."));
        Object value =
                template.get().type() == PropertyType.OPTIONAL_DOMAIN
                        ? Optional.of(standard)
                        : standard;
        assign(vm, context, template.get(), value);
    }

    @SuppressWarnings("unchecked")
    private static <T> void assign(
            BaseVM vm, DomainContext context, Property<T> key, Object value) {
        Property<T> property = vm.properties().declared(key);
        if (property == null) {
            throw new IllegalArgumentException(
                    "klass " + vm.klass() + " has no property " + Repr.quote(key.name()));
        }
        T accepted = property.accept(vm, (T) value);
        context.update(
                record ->
                        record.withProperty(
                                property.name(), Optional.of(StoredValue.of(property, accepted))));
    }

    void remove(BaseVM asked) {
        BaseVM vm = live.now(asked);
        if (vm.qid() == 0) {
            throw new QubesVMInUseError("'dom0' cannot be removed");
        }
        live.context(vm)
                .exclusively(
                        "remove",
                        () -> {
                            refuseUnlessRemovable(vm);
                            system.deviceRegistry().refuseWhileAttached(vm);
                            preDelete(vm);
                            undefine(vm.uuid());
                            forget(vm);
                            removeFiles(vm);
                            system.forgetHandlers(vm);
                            log.info("{} removed", vm.name());
                            return null;
                        });
    }

    private void refuseUnlessRemovable(BaseVM vm) {
        if (system.state().domain(vm.uuid()) == null) {
            throw new QubesVMNotFoundError(vm.name().value());
        }
        if (vm.hasProperty(QubesVM.INSTALLED_BY_RPM.name()) && vm.get(QubesVM.INSTALLED_BY_RPM)) {
            throw new QubesVMInUseError("VM installed by package manager: " + vm.name());
        }
        boolean guest = vm instanceof QubesVM || !vm.available();
        if (guest && active(vm.uuid())) {
            throw new QubesVMNotHaltedError(
                    "Domain is not powered off: " + Repr.quote(vm.name().value()));
        }
    }

    /** Asks the hypervisor itself: what was last seen may be a moment old. */
    private boolean active(UUID uuid) {
        Optional<GuestState> seen = system.guestState(uuid);
        if (seen.isEmpty() || seen.get().active()) {
            return seen.isPresent();
        }
        return system.hypervisor().refresh(uuid).active();
    }

    private void undefine(UUID uuid) {
        if (system.guestState(uuid).isPresent()) {
            system.hypervisor().undefine(uuid);
        }
    }

    /** A domain whose volumes could not be planned leaves again. */
    private void unregister(BaseVM vm) {
        preDelete(vm);
        forget(vm);
        system.forgetHandlers(vm);
    }

    /** The application's own handler refuses what is still used. */
    private void preDelete(BaseVM vm) {
        system.model().write(() -> system.fire(new Membership.DomainPreDelete(system, vm)));
    }

    private void forget(BaseVM vm) {
        system.model()
                .write(
                        () -> {
                            Removal.refuseWhileUsed(system, vm);
                            DomainRecord last = vm.record();
                            system.model().update(state -> state.without(last));
                            live.remove(last);
                            system.fire(new Membership.DomainDelete(system, vm));
                        });
    }

    private void removeFiles(BaseVM vm) {
        if (vm instanceof QubesVM managed) {
            try {
                system.fireInside(new Lifecycle.RemoveFromDisk(vm));
                managed.storage().remove();
            } catch (RuntimeException | LinkageError | StackOverflowError | AssertionError e) {
                log.error("{}: its files could not be removed", vm.name(), e);
            }
        } else if (!vm.record().volumes().isEmpty()) {
            log.warn(
                    "{}: its volumes stay where they are, since klass {} is not installed: {}",
                    vm.name(),
                    vm.klass(),
                    vm.record().volumes().keySet());
        }
    }
}
