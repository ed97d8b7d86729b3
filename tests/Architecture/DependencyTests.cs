using System.Xml.Linq;

namespace Serverless.Architecture.Tests;

/// <summary>Who may know whom, as docs/architecture.md says it, read off the project files.</summary>
public sealed class DependencyTests
{
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["components/Contracts"] = [],
        ["components/Inference"] = [],
        ["components/Inference.Torch"] = ["components/Inference"],
        ["components/Storage"] = [],
        ["components/Telemetry"] = [],
        ["components/Processing"] = ["components/Contracts", "components/Inference", "components/Storage"],
        ["components/Client"] = ["components/Contracts"],
        ["components/Placement"] = ["components/Contracts"],
        ["components/Jobs"] = ["components/Contracts", "components/Placement", "components/Processing", "components/Storage"],
        ["components/Workers"] = ["components/Contracts", "components/Inference", "components/Placement", "components/Processing", "components/Storage"],
        ["dapr/Protocol"] = [],
        ["dapr/Sdk/Common"] = [],
        ["dapr/Sdk/Client"] = [],
        ["dapr/Sdk/Actors"] = ["dapr/Sdk/Common"],
        ["dapr/Sdk/Workflow"] = ["dapr/Sdk/Common", "dapr/Protocol"],
        ["dapr/Sidecar"] = ["dapr/Protocol"],
    };

    /// <summary>What the libraries need that someone may use alone.</summary>
    private static readonly Dictionary<string, string[]> Packages = new()
    {
        ["components/Contracts"] = [],
        ["components/Inference"] = ["Microsoft.Extensions.Logging.Abstractions"],
        ["components/Storage"] = ["Azure.Identity", "Azure.Storage.Blobs"],
    };

    private static readonly string[] ServiceTests = ["tests/Api", "tests/Benchmarks", "tests/Conformance", "tests/EndToEnd", "tests/Faults", "tests/Faults.App"];

    /// <summary>The command runs every service.</summary>
    private const string TheCommand = "services/Cli";

    /// <summary>Built with -p:OfficialPackages=true only; the solution is built without.</summary>
    private static readonly string[] NotInTheSolution = ["components/Inference.Torch", "tests/Inference.Torch"];

    private static readonly string[] WebPackages = ["Microsoft.AspNetCore", "Dapr."];

    /// <summary>Components that are made of actors and workflows.</summary>
    private static readonly string[] OnDapr = ["components/Placement", "components/Workers", "components/Jobs"];

    [Fact]
    public void Every_component_has_its_row_in_the_table()
    {
        Projects().Where(project => project.StartsWith("components/", StringComparison.Ordinal) || project.StartsWith("dapr/", StringComparison.Ordinal))
            .Select(Folder).ShouldBe(Allowed.Keys, ignoreOrder: true);
    }

    [Fact]
    public void Components_know_only_whom_the_table_allows()
    {
        foreach (var project in Projects())
        {
            if (Allowed.TryGetValue(Folder(project), out var allowed))
            {
                References(project).Except(allowed).ShouldBeEmpty($"{project} refers to a project that it may not know");
            }
        }
    }

    [Fact]
    public void Nothing_but_the_command_and_tests_of_services_depends_on_a_service()
    {
        foreach (var project in Projects().Where(project => !ServiceTests.Contains(Folder(project)) && Folder(project) != TheCommand))
        {
            References(project).Where(reference => reference.StartsWith("services/", StringComparison.Ordinal)).ShouldBeEmpty(project);
        }
    }

    [Fact]
    public void Libraries_know_no_web_server_and_no_dapr()
    {
        foreach (var project in Projects().Where(project => project.StartsWith("components/", StringComparison.Ordinal) && !OnDapr.Contains(Folder(project))))
        {
            PackagesOf(project).Where(name => WebPackages.Any(prefix => name.StartsWith(prefix, StringComparison.Ordinal))).ShouldBeEmpty(project);
        }
    }

    [Fact]
    public void Libraries_that_can_be_used_alone_bring_little_with_them()
    {
        foreach (var project in Projects())
        {
            if (Packages.TryGetValue(Folder(project), out var allowed))
            {
                PackagesOf(project).Except(allowed).ShouldBeEmpty($"{project} refers to a package that it does without so far");
            }
        }
    }

    [Fact]
    public void The_dapr_libraries_do_not_know_what_is_built_on_them()
    {
        foreach (var file in Repository.Files().Where(file => file.StartsWith("dapr/", StringComparison.Ordinal)))
        {
            Repository.Read(file).ShouldNotContain("serverless", Case.Insensitive, file);
        }
    }

    [Fact]
    public void Every_project_is_in_the_solution()
    {
        var solution = Repository.Read("Serverless.sln").Replace('\\', '/');
        Projects().Where(project => !solution.Contains($"\"{project}\"", StringComparison.Ordinal)).Select(Folder).ShouldBe(NotInTheSolution, ignoreOrder: true);
    }

    [Fact]
    public void Only_a_build_with_official_packages_has_TorchSharp()
    {
        foreach (var project in Projects().Where(project => !NotInTheSolution.Contains(Folder(project))))
        {
            References(project).ShouldNotContain("components/Inference.Torch", project);
            PackagesOf(project).Where(name => name.Contains("torch", StringComparison.OrdinalIgnoreCase)).ShouldBeEmpty(project);
            if (Repository.TryRead($"{Folder(project)}/packages.lock.json") is { } locked) locked.ShouldNotContain("torch", Case.Insensitive, project);
        }
    }

    private static IReadOnlyList<string> Projects() => Repository.Files(".csproj");

    private static string Folder(string project) => Path.GetDirectoryName(project)!;

    private static IEnumerable<string> PackagesOf(string project) =>
        XDocument.Parse(Repository.Read(project)).Descendants().Where(element => element.Name.LocalName is "PackageReference" or "FrameworkReference")
            .Select(element => element.Attribute("Include")!.Value);

    private static IEnumerable<string> References(string project) =>
        XDocument.Parse(Repository.Read(project)).Descendants("ProjectReference")
            .Select(element => Path.GetFullPath(Path.Combine(Clone.Root, Folder(project), element.Attribute("Include")!.Value)))
            .Select(path => Path.GetRelativePath(Clone.Root, Path.GetDirectoryName(path)!));
}
