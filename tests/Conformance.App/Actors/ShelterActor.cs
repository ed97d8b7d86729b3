using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Dapr.Actors;
using Dapr.Actors.Runtime;

namespace Serverless.Conformance.App.Actors;

/// <summary>Values of every JSON shape.</summary>
public interface IShelter : IActor
{
    Task<Adoption> AdoptAsync(Adoption adoption);

    Task<Animal> WalkAsync(Animal animal);

    Task<Adoption?> NobodyAsync();
}

/// <summary>A second interface of the same actor.</summary>
public interface INamed : IActor
{
    Task<string> RenameAsync(string name);
}

public sealed record Adoption(string Name, int Age)
{
    /// <summary>Members that the record does not know.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Others { get; set; }
}

public abstract record Animal(string Name)
{
    /// <summary>What tells dogs from cats: known to the serializer's options only.</summary>
    internal static void Describe(JsonTypeInfo type)
    {
        if (type.Type == typeof(Animal))
        {
            type.PolymorphismOptions = new JsonPolymorphismOptions
            {
                TypeDiscriminatorPropertyName = "kind",
                DerivedTypes = { new JsonDerivedType(typeof(Dog), "dog"), new JsonDerivedType(typeof(Cat), "cat") },
            };
        }
    }
}

public sealed record Dog(string Name, int Barks) : Animal(Name);

public sealed record Cat(string Name, bool Purrs) : Animal(Name);

internal sealed class ShelterActor(ActorHost host) : Actor(host), IShelter, INamed
{
    public Task<Adoption> AdoptAsync(Adoption adoption) => Task.FromResult(adoption with { Age = adoption.Age + 1 });

    public Task<Animal> WalkAsync(Animal animal) => Task.FromResult<Animal>(animal is Dog dog ? dog with { Barks = dog.Barks + 1 } : animal);

    public Task<Adoption?> NobodyAsync() => Task.FromResult<Adoption?>(null);

    public Task<string> RenameAsync(string name) => Task.FromResult($"{name} of {Id}");
}
