package qubes.core.admin;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * A method of the Admin API, or a family of them, contributed as an OSGi service annotated with
 * {@link AdminMethodName}. It can be called from the moment the service is there until it goes. A
 * call that is being answered then has nine seconds to end and is interrupted after that; a second
 * later its caller is told that there will be no answer. Streams that it feeds end.
 *
 * <p>What a method needs of the system it finds through the call; it holds no state of its own
 * between calls. Many calls run at the same time.
 */
@ConsumerType
public interface AdminMethod {
    /** {@return what a caller may send} Constant. */
    MethodTraits traits();

    /**
     * {@return for a family, whether it has that member: {@code AppVM} for {@code
     * admin.vm.Create.*}} Must not block. A caller of a member that no family has is told that
     * there is no such method.
     *
     * @param variant what stands for the wildcard in the name that was called
     */
    default boolean covers(String variant) {
        return true;
    }

    /**
     * Answers one call. Source, destination and the presence of argument and payload have been
     * checked against {@link #traits}; their content has not. The order is: decode, {@link
     * AdminCall#permit}, then look and act. What the call changed is made durable before the answer
     * is sent, so a method need not wait for that itself.
     *
     * @param call the call, with source and destination
     * @return what the caller is told
     * @throws qubes.core.error.QubesException what the user is told; any other exception is a bug,
     *     logged and not sent
     * @throws qubes.core.error.ProtocolError if argument or payload is not what it should be
     * @throws qubes.core.error.PermissionDenied if the source may not do this
     */
    AdminReply call(AdminCall call);
}
