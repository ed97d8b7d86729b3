using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;

namespace Serverless.WorkflowSdk.Tests.PublicApi;

/// <summary>The public surface of assemblies as text, one line for each type and member, sorted.</summary>
internal static class PublicSurface
{
    private const BindingFlags Declared =
        BindingFlags.DeclaredOnly | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static;

    private static readonly Dictionary<Type, string> Keywords = new()
    {
        [typeof(void)] = "void",
        [typeof(bool)] = "bool",
        [typeof(int)] = "int",
        [typeof(uint)] = "uint",
        [typeof(double)] = "double",
        [typeof(string)] = "string",
        [typeof(object)] = "object",
    };

    public static IEnumerable<string> Of(params Assembly[] assemblies) =>
        assemblies.SelectMany(assembly => assembly.GetExportedTypes()).SelectMany(type => Lines(type)).Order(StringComparer.Ordinal);

    private static IEnumerable<string> Lines(Type type)
    {
        var owner = type.Namespace + "." + Name(type);
        yield return Line(owner, Heading(type));
        foreach (var member in type.GetMembers(Declared).Where(IsVisible))
        {
            foreach (var text in Member(member))
            {
                yield return Line(owner, text);
            }
        }
    }

    private static string Line(string owner, string text) => $"{owner}: {text}";

    private static string Heading(Type type)
    {
        var kind = type.IsInterface ? "interface"
            : type.IsEnum ? "enum"
            : type.IsValueType ? "struct"
            : type is { IsAbstract: true, IsSealed: true } ? "static class"
            : type.IsAbstract ? "abstract class"
            : type.IsSealed ? "sealed class"
            : "class";
        var bases = type.GetInterfaces().Where(contract => contract.IsVisible).Select(Name).Order(StringComparer.Ordinal).ToList();
        if (!type.IsEnum && !type.IsValueType && type.BaseType is { } parent && parent != typeof(object))
        {
            bases.Insert(0, Name(parent));
        }

        var obsolete = type.IsDefined(typeof(ObsoleteAttribute)) ? "[Obsolete] " : "";
        var constraints = string.Concat(type.GetGenericArguments().Where(argument => argument.IsGenericParameter).Select(Constraint));
        return $"{obsolete}{kind}{(bases.Count == 0 || type.IsEnum ? "" : " : " + string.Join(", ", bases))}{constraints}";
    }

    private static bool IsVisible(MemberInfo member) => member switch
    {
        MethodBase method => (method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly) && !method.IsDefined(typeof(CompilerGeneratedAttribute))
            && !(method.IsSpecialName && (method.Name.StartsWith("get_", StringComparison.Ordinal) || method.Name.StartsWith("set_", StringComparison.Ordinal))),
        PropertyInfo property => property.GetAccessors(nonPublic: true).Any(accessor => accessor.IsPublic || accessor.IsFamily),
        FieldInfo field => field.IsPublic && !field.IsSpecialName,
        _ => false,
    };

    private static IEnumerable<string> Member(MemberInfo member)
    {
        var obsolete = member.IsDefined(typeof(ObsoleteAttribute)) ? "[Obsolete] " : "";
        switch (member)
        {
            case FieldInfo { IsLiteral: true } constant:
                yield return $"{constant.Name} = {constant.GetRawConstantValue()}";
                break;
            case PropertyInfo property:
                var accessors = property.GetAccessors(nonPublic: true).Where(accessor => accessor.IsPublic || accessor.IsFamily).ToArray();
                var verbs = accessors.Select(Verb).Order(StringComparer.Ordinal);
                yield return $"{obsolete}{Modifiers(accessors[0])}{Name(property.PropertyType)} {property.Name} {{ {string.Join(" ", verbs)} }}";
                break;
            case ConstructorInfo constructor:
                yield return $"{Access(constructor)}ctor({Parameters(constructor)})";
                break;
            case MethodInfo method:
                var generic = method.IsGenericMethod ? $"<{string.Join(", ", method.GetGenericArguments().Select(Name))}>" : "";
                var constraints = string.Concat(method.GetGenericArguments().Select(Constraint));
                yield return $"{obsolete}{Modifiers(method)}{Name(method.ReturnType)} {method.Name}{generic}({Parameters(method)}){constraints}";
                break;
            default:
                break;
        }
    }

    private static string Verb(MethodInfo accessor) =>
        accessor.ReturnType != typeof(void) ? "get;"
        : accessor.ReturnParameter.GetRequiredCustomModifiers().Any(modifier => modifier.Name == nameof(IsExternalInit)) ? "init;"
        : "set;";

    private static string Access(MethodBase method) => method.IsPublic ? "public " : "protected ";

    private static string Modifiers(MethodInfo method)
    {
        var text = new StringBuilder(Access(method));
        if (method.IsStatic)
        {
            text.Append("static ");
        }
        else if (method.IsAbstract)
        {
            text.Append("abstract ");
        }
        else if (method.IsVirtual && !method.IsFinal && method.DeclaringType is { IsSealed: false })
        {
            text.Append(method.GetBaseDefinition() == method ? "virtual " : "override ");
        }

        return text.ToString();
    }

    private static string Parameters(MethodBase method)
    {
        var extension = method.IsDefined(typeof(ExtensionAttribute)) ? "this " : "";
        return extension + string.Join(", ", method.GetParameters().Select(Parameter));
    }

    private static string Parameter(ParameterInfo parameter)
    {
        var type = parameter.ParameterType.IsByRef ? "out " + Name(parameter.ParameterType.GetElementType()!) : Name(parameter.ParameterType);
        return $"{type} {parameter.Name}" + (parameter.HasDefaultValue ? $" = {parameter.RawDefaultValue ?? "null"}" : "");
    }

    private static string Constraint(Type argument)
    {
        var constraints = argument.GetGenericParameterConstraints().Select(Name).ToList();
        if (argument.GenericParameterAttributes.HasFlag(GenericParameterAttributes.ReferenceTypeConstraint))
        {
            constraints.Insert(0, "class");
        }

        return constraints.Count == 0 ? "" : $" where {argument.Name} : {string.Join(", ", constraints)}";
    }

    private static string Name(Type type)
    {
        if (Keywords.TryGetValue(type, out var keyword))
        {
            return keyword;
        }

        if (type.IsArray)
        {
            return Name(type.GetElementType()!) + "[]";
        }

        if (Nullable.GetUnderlyingType(type) is { } underlying)
        {
            return Name(underlying) + "?";
        }

        var name = type.IsNested && !type.IsGenericParameter ? Name(type.DeclaringType!) + "." + type.Name : type.Name;
        return type.IsGenericType
            ? $"{name[..name.IndexOf('`')]}<{string.Join(", ", type.GetGenericArguments().Select(Name))}>"
            : name;
    }
}
