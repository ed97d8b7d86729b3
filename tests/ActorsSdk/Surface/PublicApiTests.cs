using Dapr.Actors;

namespace Serverless.ActorsSdk.Tests.Surface;

/// <summary>
/// dapr/Sdk/Actors/PublicApi.txt is the surface. A line as it is stands in the official packages (Dapr.Actors and Dapr.Actors.AspNetCore
/// 1.18.7) too; "[ours]" behind it says that it does not; "- " before it says that the official packages have it and we do not.
/// </summary>
public sealed class PublicApiTests
{
    private const string Ours = " [ours]";
    private const string LeftOut = "- ";

    [Fact]
    public async Task The_public_surface_is_the_one_that_was_agreed()
    {
        var lines = (await File.ReadAllLinesAsync(Clone.PathOf("dapr", "Sdk", "Actors", "PublicApi.txt"))).Where(line => line.Length > 0 && line[0] != '#').ToArray();
        var agreed = lines.Where(line => !line.StartsWith(LeftOut, StringComparison.Ordinal)).Select(line => line.Replace(Ours, "", StringComparison.Ordinal)).ToArray();
        var actual = PublicApiText.Of(typeof(IActor).Assembly)
            .Concat(PublicApiText.Of(typeof(Dapr.DaprException).Assembly).Where(line => line.StartsWith("Dapr.Dapr", StringComparison.Ordinal))).ToArray();

        actual.Except(agreed).ShouldBeEmpty(
            "The surface has lines that PublicApi.txt does not have. Where the official package has the same line, add it there as it is, else with \"[ours]\" behind it.");
        agreed.Except(actual).ShouldBeEmpty("PublicApi.txt has lines that the surface no longer has: an app may use them. Put them back, or \"- \" before an official one.");
        lines.Where(line => line.StartsWith(LeftOut, StringComparison.Ordinal)).Select(line => line[LeftOut.Length..]).Intersect(actual)
            .ShouldBeEmpty("PublicApi.txt calls lines left out that the surface has.");
    }

    [Fact]
    public void The_client_of_the_sidecar_declares_nothing_in_the_namespace_of_the_official_packages()
    {
        typeof(Dapr.SidecarApi.SidecarClient).Assembly.GetExportedTypes().Select(type => type.Namespace).Distinct()
            .ShouldBe(["Dapr.SidecarApi", "Microsoft.Extensions.DependencyInjection"], ignoreOrder: true);
    }
}
