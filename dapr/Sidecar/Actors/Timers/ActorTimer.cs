using Dapr.Sidecar.Scheduling;

namespace Dapr.Sidecar.Actors.Timers;

/// <summary>A timer of an active actor.</summary>
internal sealed class ActorTimer(Activation activation, string name, Schedule schedule, byte[] body)
{
    public Activation Activation => activation;

    public string Name => name;

    /// <summary>When it comes next.</summary>
    public Schedule Schedule { get; set; } = schedule;

    /// <summary>What the app gets.</summary>
    public byte[] Body => body;
}
