using System.Reflection;
using Dapr.Sidecar;
using Serverless.Faults.App;

namespace Serverless.Faults.Tests;

/// <summary>The named points of the sidecar and of the app, found by reflection: a new one is tested as soon as it exists.</summary>
public static class Points
{
    public static TheoryData<string> Sidecar => [.. Of(typeof(EmbeddedSidecar).Assembly)];

    public static TheoryData<string> App => [.. Of(typeof(AppPoints).Assembly)];

    /// <summary>The constants of the classes whose names end in Points.</summary>
    private static IEnumerable<string> Of(Assembly assembly) => assembly.GetTypes()
        .Where(type => type.Name.EndsWith("Points", StringComparison.Ordinal))
        .SelectMany(type => type.GetFields(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static))
        .Where(field => field.IsLiteral && field.FieldType == typeof(string))
        .Select(field => (string)field.GetRawConstantValue()!)
        .Order(StringComparer.Ordinal);
}
