namespace Serverless.Conformance.App;

/// <summary>A service that workflows, activities and actors get by their constructors.</summary>
internal sealed class Greeting
{
    public string For(string name) => $"Hello, {name}";
}
