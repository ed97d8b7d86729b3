using System.Text.RegularExpressions;

namespace Serverless.Architecture.Tests;

public sealed class StyleTests
{
    private static readonly string[] Unfinished = ["TO" + "DO", "FIX" + "ME", "HA" + "CK:", "NotImplemented" + "Exception"];

    [Fact]
    public void No_source_file_is_longer_than_600_lines()
    {
        Repository.Files(".cs").Select(file => (File: file, Lines: Repository.Read(file).Count(character => character == '\n')))
            .Where(entry => entry.Lines > 600).ShouldBeEmpty();
    }

    [Fact]
    public void Half_of_the_product_s_source_files_fit_on_a_page_or_two()
    {
        var lines = Repository.Files(".cs").Where(file => !file.StartsWith("tests/", StringComparison.Ordinal))
            .Select(file => Repository.Read(file).Count(character => character == '\n')).Order().ToArray();
        lines[lines.Length / 2].ShouldBeLessThanOrEqualTo(120);
    }

    [Fact]
    public void Nothing_unfinished_is_left_in_the_source()
    {
        foreach (var file in Repository.Files(".cs", ".csproj", ".props", ".targets", ".sh", ".mjs", ".py", ".yaml", ".md"))
        {
            var text = Repository.Read(file);
            Unfinished.Where(word => text.Contains(word, StringComparison.Ordinal)).ShouldBeEmpty(file);
        }
    }

    [Fact]
    public void Every_disabled_rule_has_its_reason_above_it()
    {
        var lines = Repository.Read(".editorconfig").Split('\n');
        for (var i = 0; i < lines.Length; i++)
        {
            var match = Regex.Match(lines[i], @"dotnet_diagnostic\.(\w+)\.severity = none");
            if (match.Success)
            {
                var above = lines.Take(i).Reverse().TakeWhile(line => line.StartsWith('#') || line.StartsWith("dotnet_diagnostic", StringComparison.Ordinal));
                above.ShouldContain(line => line.StartsWith('#') && line.Contains(match.Groups[1].Value, StringComparison.Ordinal), $".editorconfig:{i + 1}");
            }
        }
    }

    [Fact]
    public void Lock_files_name_no_package_host()
    {
        foreach (var file in Repository.Files(".json").Where(file => file.EndsWith("package-lock.json", StringComparison.Ordinal)))
        {
            Repository.Read(file).ShouldNotContain("\"resolved\"", customMessage: file);
        }
    }

    [Fact]
    public void Links_between_documents_lead_somewhere()
    {
        foreach (var file in Repository.Files(".md"))
        {
            foreach (Match link in Regex.Matches(Repository.Read(file), @"\]\(([^)#:]+)(#[^)]*)?\)"))
            {
                var target = Path.Combine(Clone.Root, Path.GetDirectoryName(file)!, link.Groups[1].Value);
                Path.Exists(target).ShouldBeTrue($"{file} links to {link.Groups[1].Value}");
            }
        }
    }
}
