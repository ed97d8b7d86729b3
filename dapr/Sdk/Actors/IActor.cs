namespace Dapr.Actors;

/// <summary>
/// What every actor interface derives from. Its methods return <see cref="Task"/> or <see cref="Task{TResult}"/>, are neither
/// overloaded nor generic, and take a <see cref="CancellationToken"/> only as the last parameter.
/// </summary>
#pragma warning disable CA1040 // A marker: it says that the deriving interface may be called over the network.
public interface IActor
{
}
#pragma warning restore CA1040
