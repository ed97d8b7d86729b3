namespace Dapr.Actors.Client;

/// <summary>What every proxy knows of the actor that it stands for.</summary>
internal interface IActorProxy
{
    ActorId ActorId { get; }

    string ActorType { get; }
}
