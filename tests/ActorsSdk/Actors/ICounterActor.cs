using System.Text.Json.Serialization;
using Dapr.Actors;

namespace Serverless.ActorsSdk.Tests.Actors;

public sealed class Delta
{
    public int By { get; set; }

    public string? Why { get; set; }
}

[JsonDerivedType(typeof(Circle), "circle")]
public class Figure
{
    public string? Name { get; set; }
}

public sealed class Circle : Figure
{
    public int Radius { get; set; }
}

public interface IDoublingActor : IActor
{
    Task<int> DoubleAsync(int value);
}

/// <summary>Every shape of a method that an actor interface may have.</summary>
public interface ICounterActor : IDoublingActor
{
    Task<int> AddAsync(Delta d);

    Task<string> EchoAsync(string? text);

    Task ResetAsync();

    Task<int> GetAsync();

    Task<string> TwoAsync(int first, string Second);

    Task<string> CancellableAsync(string text, CancellationToken cancellationToken);

    Task<bool> OnlyTokenAsync(CancellationToken cancellationToken);

    Task<string?> NullAsync();

    Task<Figure> DrawAsync(Figure figure);

    Task FailAsync(string message);

    Task ArmAsync();
}
