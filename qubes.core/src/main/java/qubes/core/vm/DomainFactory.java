package qubes.core.vm;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * Makes the live objects of one klass; an OSGi service annotated with {@link DomainKlass}. While it
 * is away, domains of the klass are kept as they were stored and are unavailable.
 */
@ConsumerType
public interface DomainFactory {
    /** {@return what the klass declares} Constant. */
    KlassTraits traits();

    /**
     * Completes what was asked for before the domain is made, for instance with a name. Called
     * under the model lock, so that what is free stays free: must not block and must not change the
     * model.
     *
     * @param qubes the application, to look at
     * @param asked what the caller said
     * @return what was asked for, completed
     * @throws qubes.core.error.QubesException if it is refused
     */
    default NewDomain prepare(Qubes qubes, NewDomain asked) {
        return asked;
    }

    /**
     * {@return a live object of the klass; must not block and must not change the model}
     *
     * @param context what the core lends the object
     */
    BaseVM create(DomainContext context);
}
